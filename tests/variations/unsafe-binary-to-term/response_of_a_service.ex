defmodule Depot.Prices do
  def load(url) do
    url |> HTTPoison.get() |> prices()
  end

  defp prices({:ok, %HTTPoison.Response{status_code: 200, body: packed}}) do
    {:ok, :erlang.binary_to_term(packed)} # hazard
  end

  defp prices(other), do: {:error, other}
end
