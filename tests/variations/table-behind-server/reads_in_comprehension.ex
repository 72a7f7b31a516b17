defmodule Depot.Stock do
  use GenServer

  defmodule State do
    defstruct table: nil, started_at: nil
  end

  def start_link(_arg), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  def available(skus) when is_list(skus), do: GenServer.call(__MODULE__, {:available, skus})
  def set(sku, count), do: GenServer.cast(__MODULE__, {:set, sku, count})

  def init(_), do: {:ok, %State{table: :ets.new(:stock, []), started_at: DateTime.utc_now()}}

  def handle_call({:available, skus}, _from, %State{} = state) do
    counts = # hazard
      for sku <- skus, [{^sku, count}] <- [:ets.lookup(state.table, sku)], count > 0, into: %{} do
        {sku, count}
      end

    {:reply, counts, state}
  end

  def handle_cast({:set, sku, count}, state) do
    :ets.insert(state.table, {sku, count})
    {:noreply, state}
  end
end

defmodule DepotWeb.StockChannel do
  use Phoenix.Channel

  def join("stock", _params, socket), do: {:ok, socket}

  def handle_in("available", %{"skus" => skus}, socket) do
    {:reply, {:ok, Depot.Stock.available(skus)}, socket}
  end
end
