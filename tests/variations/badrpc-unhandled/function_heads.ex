defmodule Depot.Transfer do
  def move(node, sku, count) do
    node
    |> :rpc.call(Depot.Stock, :take, [sku, count], 5_000) # hazard
    |> finish(sku)
  end

  defp finish({:ok, taken}, sku), do: Depot.Stock.add(sku, taken)
  defp finish({:error, reason}, _sku), do: {:error, reason}
end
