defmodule Depot.Stock do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def state, do: GenServer.call(__MODULE__, :state)
  def put(sku, count), do: GenServer.cast(__MODULE__, {:put, sku, count})
  def drop(sku), do: GenServer.cast(__MODULE__, {:drop, sku})

  @impl true
  def init(_), do: {:ok, %{levels: %{}}}

  @impl true
  def handle_call(:state, _from, state), do: {:reply, {:ok, state}, state}

  @impl true
  def handle_cast({:put, sku, count}, state), do: {:noreply, put_in(state.levels[sku], count)}
  def handle_cast({:drop, sku}, state), do: {:noreply, update_in(state.levels, &Map.delete(&1, sku))}
end

defmodule DepotWeb.StockController do
  use Phoenix.Controller

  def show(conn, %{"sku" => sku}) do
    with {:ok, stock} <- Depot.Stock.state(), # hazard
         {:ok, count} <- Map.fetch(stock.levels, sku) do
      json(conn, %{count: count})
    end
  end
end
