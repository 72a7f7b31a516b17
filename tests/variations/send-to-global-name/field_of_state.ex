defmodule Depot.Meter do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_), do: {:ok, %{board: {:global, Depot.Board}, count: 0}}

  @impl true
  def handle_cast(:tick, state) do
    send(state.board, {:count, state.count}) # hazard
    {:noreply, %{state | count: state.count + 1}}
  end
end
