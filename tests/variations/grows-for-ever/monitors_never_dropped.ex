defmodule Depot.Watch do
  use GenServer
  require Logger

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def watch(pid), do: GenServer.call(__MODULE__, {:watch, pid})

  @impl true
  def init(_), do: {:ok, %{refs: %{}}}

  @impl true
  def handle_call({:watch, pid}, _from, state) do
    ref = Process.monitor(pid)
    {:reply, ref, put_in(state, [:refs, ref], pid)} # hazard
  end

  @impl true
  def handle_info({:DOWN, ref, :process, _pid, reason}, state) do
    Logger.info("#{inspect(state.refs[ref])} ended: #{inspect(reason)}")
    {:noreply, state}
  end
end
