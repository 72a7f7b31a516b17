defmodule Depot.Dedupe do
  use GenServer
  defstruct seen: MapSet.new(), handled: 0

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_), do: {:ok, %__MODULE__{}}

  @impl true
  def handle_info({:event, %{id: id} = event}, state) do
    if MapSet.member?(state.seen, id) do
      {:noreply, state}
    else
      Depot.Events.handle(event)
      {:noreply, remember(state, id)}
    end
  end

  defp remember(state, id) do
    %__MODULE__{state | seen: MapSet.put(state.seen, id), handled: state.handled + 1} # hazard
  end
end
