defmodule Depot.Basket do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def change(id, fun) when is_function(fun, 1), do: GenServer.call(__MODULE__, {:change, id, fun})

  @impl true
  def init(baskets), do: {:ok, baskets}

  @impl true
  def handle_call({:change, id, fun}, _from, baskets) do
    baskets = Map.update(baskets, id, [], fun) # hazard
    {:reply, Map.fetch(baskets, id), baskets}
  end
end
