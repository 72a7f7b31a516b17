defmodule Depot.Watch do
  def on(pid), do: Process.monitor(pid)

  def off(nil), do: :ok
  def off(ref), do: :erlang.demonitor(ref) # hazard
end

defmodule Depot.Beacon do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def follow(pid), do: GenServer.cast(__MODULE__, {:follow, pid})

  @impl true
  def init(_) do
    :timer.send_interval(1_000, :tick)
    {:ok, %{ref: nil, pid: nil}}
  end

  @impl true
  def handle_cast({:follow, pid}, %{ref: ref} = state) do
    Depot.Watch.off(ref)
    {:noreply, %{state | ref: Depot.Watch.on(pid), pid: pid}}
  end

  @impl true
  def handle_info(:tick, %{pid: pid} = state) do
    if pid, do: send(pid, :tick)
    {:noreply, state}
  end

  def handle_info({:DOWN, ref, :process, _, _}, %{ref: ref} = state) do
    {:noreply, %{state | ref: nil, pid: nil}}
  end
end
