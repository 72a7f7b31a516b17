defmodule Shop.Cluster.Membership do
  @moduledoc """
  Watches the other nodes and connects to those that are configured and not there, for as long as it takes.

  A node that is out of sight may be dead or may sell on behind a broken cable, and nothing is taken from it:
  what it had reserved comes back when the reservations end.
  """

  use GenServer

  require Logger

  @retry_ms 10_000

  def start_link(nodes), do: GenServer.start_link(__MODULE__, nodes, name: __MODULE__)

  @doc "The other nodes that are up, by name."
  @spec members() :: [node()]
  def members, do: Enum.sort(Node.list())

  @doc "Connects to the nodes that are missing. An attempt may take seconds, so this runs in a task."
  @spec connect([node()]) :: :ok
  def connect(nodes), do: Enum.each(nodes -- [node() | Node.list()], &Node.connect/1)

  @impl true
  def init(nodes) do
    :net_kernel.monitor_nodes(true)
    {:ok, %{nodes: nodes, task: nil}, {:continue, :connect}}
  end

  @impl true
  def handle_continue(:connect, state), do: {:noreply, begin(state)}

  @impl true
  def handle_info({:nodeup, node}, state) do
    Logger.info("#{node} joined")
    {:noreply, state}
  end

  def handle_info({:nodedown, node}, state) do
    Logger.warning("#{node} is out of sight")
    {:noreply, state}
  end

  def handle_info(:connect, state), do: {:noreply, begin(state)}

  def handle_info({ref, :ok}, %{task: %Task{ref: ref}} = state) do
    Process.demonitor(ref, [:flush])
    {:noreply, again(state)}
  end

  def handle_info({:DOWN, ref, :process, _pid, reason}, %{task: %Task{ref: ref}} = state) do
    Logger.warning("connecting failed: #{inspect(reason)}")
    {:noreply, again(state)}
  end

  def handle_info(message, state) do
    Logger.warning("membership got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end

  defp begin(%{task: nil} = state) do
    %{state | task: Task.Supervisor.async_nolink(Shop.Cluster.Tasks, __MODULE__, :connect, [state.nodes])}
  end

  defp begin(state), do: state

  defp again(state) do
    Process.send_after(self(), :connect, @retry_ms)
    %{state | task: nil}
  end
end
