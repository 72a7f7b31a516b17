defmodule Depot.Fetch do
  def all(nodes) do
    nodes
    |> Task.async_stream(&fetch/1, timeout: 10_000)
    |> Enum.map(fn {:ok, rows} -> rows end)
  end

  defp fetch(node) do
    try do
      :erpc.call(node, Depot.Index, :rows, [], 5_000) # hazard
    rescue
      e in ErlangError -> {:error, e.original}
    end
  end
end
