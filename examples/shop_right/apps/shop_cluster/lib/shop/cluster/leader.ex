defmodule Shop.Cluster.Leader do
  @moduledoc """
  One node leads: it alone sends the reminders and the nightly export.

  The leader is who holds a global name and sees more than half of the configured nodes. After a split has
  healed, both holders of the name lose it, step down and stand again; who loses sight of the majority steps down
  as well. Registration takes locks on all nodes, so a task does it.
  """

  use GenServer

  require Logger

  @check_ms 5_000

  def start_link(nodes), do: GenServer.start_link(__MODULE__, nodes, name: __MODULE__)

  @spec leader?() :: boolean()
  def leader?, do: GenServer.call(__MODULE__, :leader?)

  @doc "The process of the leading node, wherever it runs."
  @spec whereis() :: pid() | :undefined
  def whereis, do: :global.whereis_name(__MODULE__)

  @doc "Takes the name for `pid`, or gives it up where it has no majority."
  @spec stand(pid(), boolean()) :: boolean()
  def stand(pid, true) do
    case :global.whereis_name(__MODULE__) do
      ^pid -> true
      :undefined -> :global.register_name(__MODULE__, pid, &:global.notify_all_name/3) == :yes
      _other -> false
    end
  end

  def stand(pid, false) do
    if :global.whereis_name(__MODULE__) == pid, do: :global.unregister_name(__MODULE__)
    false
  end

  @impl true
  def init(nodes) do
    {:ok, %{nodes: Enum.uniq([node() | nodes]), leader?: false, task: nil}, {:continue, :check}}
  end

  @impl true
  def handle_continue(:check, state), do: {:noreply, check(state)}

  @impl true
  def handle_call(:leader?, _from, state), do: {:reply, state.leader? and majority?(state), state}

  @impl true
  def handle_info(:check, state), do: {:noreply, check(state)}

  def handle_info({ref, leader?}, %{task: %Task{ref: ref}} = state) do
    Process.demonitor(ref, [:flush])
    if leader? and not state.leader?, do: Logger.info("#{node()} leads")
    {:noreply, again(%{state | leader?: leader?})}
  end

  def handle_info({:DOWN, ref, :process, _pid, reason}, %{task: %Task{ref: ref}} = state) do
    Logger.warning("no election: #{inspect(reason)}")
    {:noreply, again(%{state | leader?: false})}
  end

  def handle_info({:global_name_conflict, __MODULE__}, state) do
    Logger.warning("#{node()} and another node both led, stepping down")
    {:noreply, %{state | leader?: false}}
  end

  def handle_info(message, state) do
    Logger.warning("leader got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end

  defp check(%{task: nil} = state) do
    %{state | task: Task.Supervisor.async_nolink(Shop.Cluster.Tasks, __MODULE__, :stand, [self(), majority?(state)])}
  end

  defp check(state), do: state

  defp again(state) do
    Process.send_after(self(), :check, @check_ms)
    %{state | task: nil}
  end

  defp majority?(state) do
    Enum.count(state.nodes, &(&1 in [node() | Node.list()])) * 2 > length(state.nodes)
  end
end
