defmodule Depot.Remote do
  def stock(node, sku) do
    case :rpc.call(node, Depot.Stock, :get, [sku], 2_000) do # hazard
      %{count: count} -> {:ok, count}
      nil -> {:error, :unknown}
    end
  rescue
    error in ErlangError -> {:error, error.original}
  end
end
