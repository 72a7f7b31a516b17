defmodule Media.Encoder do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  def init(_) do
    port = Port.open({:spawn_executable, "/usr/bin/ffmpeg"}, [:binary, :exit_status])
    {:ok, %{port: port, out: []}}
  end

  def handle_info({port, {:data, data}}, %{port: port} = state) do # hazard
    {:noreply, %{state | out: [data | state.out]}}
  end

  def handle_cast({:frame, frame}, state) do
    Port.command(state.port, frame)
    {:noreply, state}
  end
end
