defmodule Depot.Board do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def subscribe(topic), do: GenServer.call(__MODULE__, {:subscribe, topic})

  @impl true
  def init(_), do: {:ok, %{topics: %{}, refs: %{}}}

  @impl true
  def handle_call({:subscribe, topic}, {pid, _tag}, state) do
    ref = Process.monitor(pid) # hazard

    state =
      state
      |> update_in([:topics, topic], &MapSet.put(&1 || MapSet.new(), pid))
      |> put_in([:refs, pid], ref)

    {:reply, :ok, state}
  end

  @impl true
  def handle_info({:DOWN, _ref, :process, pid, _reason}, state) do
    topics = Map.new(state.topics, fn {topic, pids} -> {topic, MapSet.delete(pids, pid)} end)
    {:noreply, %{state | topics: topics, refs: Map.delete(state.refs, pid)}}
  end
end
