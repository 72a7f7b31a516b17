defmodule Depot.Names do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def put(id, name), do: GenServer.cast(__MODULE__, {:put, id, name})

  def rename(id, name) do
    put(id, name)
    [{^id, stored}] = :ets.lookup(:depot_names, id) # hazard
    stored
  end

  @impl true
  def init(_), do: {:ok, :ets.new(:depot_names, [:named_table, read_concurrency: true])}

  @impl true
  def handle_cast({:put, id, name}, table) do
    :ets.insert(table, {id, name})
    {:noreply, table}
  end

  def handle_cast({:drop, id}, table) do
    :ets.delete(table, id)
    {:noreply, table}
  end
end
