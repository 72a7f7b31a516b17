defmodule Shop.Cluster.Membership do
  @moduledoc "Watches the other nodes and cleans up after those that are gone."

  use GenServer

  require Logger

  alias Shop.Stock

  @retry_ms 10_000

  def start_link(nodes), do: GenServer.start_link(__MODULE__, nodes, name: __MODULE__)

  @doc "The nodes that are up, by name."
  @spec members() :: [node()]
  def members, do: GenServer.call(__MODULE__, :members)

  @impl true
  def init(nodes) do
    :net_kernel.monitor_nodes(true)
    Process.send_after(self(), :connect, @retry_ms)
    {:ok, %{known: nodes, up: MapSet.new(Node.list())}}
  end

  @impl true
  def handle_call(:members, _from, state), do: {:reply, Enum.sort(state.up), state}

  @impl true
  def handle_info({:nodeup, node}, state) do
    Logger.info("#{node} joined")
    {:noreply, %{state | up: MapSet.put(state.up, node)}}
  end

  def handle_info({:nodedown, node}, state) do
    Logger.warning("#{node} is gone, releasing what it had reserved")
    Stock.release_node(node)
    {:noreply, %{state | known: state.known -- [node], up: MapSet.delete(state.up, node)}}
  end

  def handle_info(:connect, state) do
    Enum.each(state.known -- MapSet.to_list(state.up), &Node.connect/1)
    Process.send_after(self(), :connect, @retry_ms)
    {:noreply, state}
  end
end
