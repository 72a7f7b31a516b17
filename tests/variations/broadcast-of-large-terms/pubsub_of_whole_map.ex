defmodule Depot.Board do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def report(truck, position), do: GenServer.cast(__MODULE__, {:report, truck, position})
  def leave(truck), do: GenServer.cast(__MODULE__, {:leave, truck})

  @impl true
  def init(_), do: {:ok, %{positions: %{}}}

  @impl true
  def handle_cast({:report, truck, position}, state) do
    state = put_in(state.positions[truck], position)
    Phoenix.PubSub.broadcast(Depot.PubSub, "board", {:positions, state.positions}) # hazard
    {:noreply, state}
  end

  def handle_cast({:leave, truck}, state), do: {:noreply, update_in(state.positions, &Map.delete(&1, truck))}
end
