defmodule Depot.Prices do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def price(sku), do: GenServer.call(__MODULE__, {:price, sku})
  def change(sku, price), do: GenServer.call(__MODULE__, {:change, sku, price})

  @impl true
  def init(_) do
    :pg.join(:prices, self())
    {:ok, %{}}
  end

  @impl true
  def handle_call({:price, sku}, _from, prices), do: {:reply, prices[sku], prices}

  def handle_call({:change, sku, price}, _from, prices) do
    for pid <- :pg.get_members(:prices), pid != self(), do: send(pid, {:changed, sku, price}) # hazard
    {:reply, :ok, Map.put(prices, sku, price)}
  end

  @impl true
  def handle_info({:changed, sku, price}, prices), do: {:noreply, Map.put(prices, sku, price)}
end
