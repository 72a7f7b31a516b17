defmodule Depot.Uplink do
  use GenServer

  defstruct [:connection, :monitor]

  def start_link(connection), do: GenServer.start_link(__MODULE__, connection, name: __MODULE__)
  def swap(connection), do: GenServer.call(__MODULE__, {:swap, connection})

  @impl true
  def init(connection), do: {:ok, watch(%__MODULE__{}, connection)}

  @impl true
  def handle_call({:swap, connection}, _from, state) do
    Process.demonitor(state.monitor) # hazard
    {:reply, :ok, watch(state, connection)}
  end

  @impl true
  def handle_info({:DOWN, _ref, :process, _pid, reason}, state) do
    {:stop, {:connection_lost, reason}, state}
  end

  defp watch(state, connection), do: %{state | connection: connection, monitor: Process.monitor(connection)}
end
