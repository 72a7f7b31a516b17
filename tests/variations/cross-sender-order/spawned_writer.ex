defmodule Depot.Places do
  def add(id, place) do
    Task.start(fn -> :ets.insert(:depot_places, {id, place}) end)
    :ets.lookup_element(:depot_places, id, 2) # hazard
  end
end

defmodule Depot.Places.Owner do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_), do: {:ok, :ets.new(:depot_places, [:named_table, :public])}

  @impl true
  def handle_cast({:drop, id}, table) do
    :ets.delete(table, id)
    {:noreply, table}
  end
end
