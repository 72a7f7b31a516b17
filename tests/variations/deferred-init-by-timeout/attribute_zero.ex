defmodule Depot.Session do
  use GenServer

  @immediately 0

  def start_link(id), do: GenServer.start_link(__MODULE__, id, name: {:via, Registry, {Depot.Registry, id}})
  def add(id, item), do: GenServer.call({:via, Registry, {Depot.Registry, id}}, {:add, item})

  @impl true
  def init(id), do: {:ok, %{id: id, items: nil}, @immediately} # hazard

  @impl true
  def handle_info(:timeout, state), do: {:noreply, %{state | items: Depot.Store.load(state.id)}}

  @impl true
  def handle_call({:add, item}, _from, %{items: items} = state), do: {:reply, :ok, %{state | items: [item | items]}}
end
