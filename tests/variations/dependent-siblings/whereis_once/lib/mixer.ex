defmodule Radio.Mixer do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def attach(pid), do: GenServer.call(__MODULE__, {:attach, pid})
  def init(_), do: {:ok, %{sources: []}}

  def handle_call({:attach, pid}, _from, state) do
    {:reply, :ok, %{state | sources: [pid | state.sources]}}
  end

  def handle_cast({:frame, frame}, state) do
    Enum.each(state.sources, &send(&1, {:mixed, frame}))
    {:noreply, state}
  end
end
