defmodule Radio.Source do
  use GenServer

  defstruct [:mixer]

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  def init(_) do
    {:ok, %__MODULE__{mixer: Process.whereis(Radio.Mixer)}} # hazard
  end

  def handle_info({:samples, samples}, state) do
    GenServer.cast(state.mixer, {:frame, samples})
    {:noreply, state}
  end

  def handle_info(_, state), do: {:noreply, state}
end
