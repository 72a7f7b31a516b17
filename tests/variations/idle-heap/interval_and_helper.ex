defmodule Depot.Collector do
  use GenServer

  def start_link(device), do: GenServer.start_link(__MODULE__, device, name: {:via, Registry, {Depot.Devices, device}})
  def push(device, reading), do: GenServer.call({:via, Registry, {Depot.Devices, device}}, {:push, reading})

  @impl true
  def init(device) do
    :timer.send_interval(1_000, :flush)
    {:ok, %{device: device, readings: []}}
  end

  @impl true
  def handle_call({:push, reading}, _from, state) do
    {:reply, :ok, Map.update!(state, :readings, &[reading | &1])}
  end

  @impl true
  def handle_info(:flush, state), do: {:noreply, flush(state)} # hazard

  defp flush(%{readings: []} = state), do: state

  defp flush(state) do
    Depot.Store.write_all(state.device, state.readings)
    %{state | readings: []}
  end
end
