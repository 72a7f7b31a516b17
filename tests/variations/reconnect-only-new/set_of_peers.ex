defmodule Depot.Peers do
  use GenServer

  def start_link(nodes), do: GenServer.start_link(__MODULE__, nodes, name: __MODULE__)

  @impl true
  def init(nodes) do
    :net_kernel.monitor_nodes(true)
    {:ok, MapSet.new(nodes), {:continue, :connect}}
  end

  @impl true
  def handle_continue(:connect, peers), do: {:noreply, connect(peers)}

  @impl true
  def handle_info({:nodedown, node}, peers), do: {:noreply, MapSet.delete(peers, node)} # hazard
  def handle_info({:nodeup, node}, peers), do: {:noreply, MapSet.put(peers, node)}
  def handle_info(:connect, peers), do: {:noreply, connect(peers)}

  defp connect(peers) do
    Enum.each(peers, &Node.connect/1)
    Process.send_after(self(), :connect, 5_000)
    peers
  end
end
