defmodule Depot.Remote do
  def level(node, sku) do
    {:ok, GenServer.call({Depot.Stock, node}, {:level, sku}, 2_000)} # hazard
  rescue
    error -> {:error, error}
  end
end
