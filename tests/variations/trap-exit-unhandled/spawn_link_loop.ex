defmodule Tracker.Server do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  def init(_) do
    Process.flag(:trap_exit, true)
    reader = spawn_link(Tracker.Reader, :loop, [self()]) # hazard
    {:ok, %{reader: reader, seen: 0}}
  end

  def handle_cast(:more, state) do
    send(state.reader, :more)
    {:noreply, state}
  end

  def handle_info({:position, _}, state), do: {:noreply, %{state | seen: state.seen + 1}}
  def handle_info(_other, state), do: {:noreply, state}
end

defmodule Tracker.Reader do
  def loop(owner) do
    receive do
      :more ->
        send(owner, {:position, File.read!("/dev/gps")})
        loop(owner)
    end
  end
end
