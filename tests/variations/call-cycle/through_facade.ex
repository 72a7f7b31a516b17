defmodule Depot do
  def reserve(item), do: Depot.Ledger.reserve(item)
  def price(item), do: Depot.Tariff.price(item)
end

defmodule Depot.Ledger do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def reserve(item), do: GenServer.call(__MODULE__, {:reserve, item})
  def stock(item), do: GenServer.call(__MODULE__, {:stock, item})

  @impl true
  def init(state), do: {:ok, state}

  @impl true
  def handle_call({:reserve, item}, _from, state) do
    state = Map.update(state, item, {1, Depot.price(item)}, fn {count, price} -> {count + 1, price} end) # hazard
    {:reply, :ok, state}
  end

  def handle_call({:stock, item}, _from, state), do: {:reply, Map.get(state, item), state}
end

defmodule Depot.Tariff do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def price(item), do: GenServer.call(__MODULE__, {:price, item})

  @impl true
  def init(prices), do: {:ok, prices}

  @impl true
  def handle_call({:price, item}, _from, prices) do
    price = Map.get(prices, item, 10)

    case Depot.Ledger.stock(item) do # hazard
      nil -> {:reply, price, prices}
      {count, _} when count > 10 -> {:reply, price - 1, prices}
      _ -> {:reply, price, prices}
    end
  end
end
