defmodule Depot.Lock do
  def with_lock(resource, fun) do
    :global.trans({resource, self()}, fun) # hazard
  end
end

defmodule Depot.Stock do
  def take(sku, count) do
    Depot.Lock.with_lock(:stock, fn ->
      [{^sku, left}] = :ets.lookup(:stock, sku)
      :ets.insert(:stock, {sku, left - count})
    end)
  end
end

defmodule DepotWeb.StockChannel do
  use Phoenix.Channel

  def join("stock", _params, socket), do: {:ok, socket}

  def handle_in("take", %{"sku" => sku, "count" => count}, socket) do
    Depot.Stock.take(sku, count)
    {:noreply, socket}
  end
end
