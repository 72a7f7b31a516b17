defmodule Depot.Search do
  def all(nodes, text) do
    nodes
    |> Task.async_stream(fn node -> :rpc.call(node, Depot.Index, :search, [text], 2_000) end) # hazard
    |> Enum.flat_map(fn {:ok, rows} -> rows end)
  end
end
