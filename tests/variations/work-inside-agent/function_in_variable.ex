defmodule Depot.Thumbnails do
  def start_link(_), do: Agent.start_link(fn -> %{} end, name: __MODULE__)

  def add(name, url) do
    put = fn thumbnails ->
      {:ok, %{body: body}} = Tesla.get(url)
      Map.put(thumbnails, name, body)
    end

    __MODULE__ |> Agent.update(put) # hazard
  end
end
