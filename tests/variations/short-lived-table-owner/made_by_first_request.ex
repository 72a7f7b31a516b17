defmodule Depot.PriceCache do
  def get(sku) do
    ensure_table()

    case :ets.lookup(:depot_prices, sku) do
      [{^sku, price}] ->
        price

      [] ->
        price = Depot.Repo.price(sku)
        :ets.insert(:depot_prices, {sku, price})
        price
    end
  end

  defp ensure_table do
    if :ets.whereis(:depot_prices) == :undefined do
      :ets.new(:depot_prices, [:named_table, :public, :set]) # hazard
    end
  end
end

defmodule DepotWeb.PriceController do
  use Phoenix.Controller

  def show(conn, %{"sku" => sku}), do: json(conn, Depot.PriceCache.get(sku))
end
