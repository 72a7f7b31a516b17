defmodule Depot.Doors do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def watch(door), do: GenServer.cast(__MODULE__, {:watch, door, self()})
  def opened(door), do: GenServer.cast(__MODULE__, {:opened, door})

  @impl true
  def init(_), do: {:ok, %{by_door: %{}}}

  @impl true
  def handle_cast({:watch, door, member}, %{by_door: by_door} = state) do
    by_door = Map.update(by_door, door, [member], &[member | &1])
    {:noreply, %{state | by_door: by_door}} # hazard
  end

  def handle_cast({:opened, door}, state) do
    for m <- Map.get(state.by_door, door, []), do: send(m, {:opened, door})
    {:noreply, state}
  end
end
