defmodule Depot.Mesh do
  use GenServer
  defstruct nodes: [], timer: nil

  def start_link(nodes), do: GenServer.start_link(__MODULE__, nodes, name: __MODULE__)

  @impl true
  def init(nodes) do
    :net_kernel.monitor_nodes(true)
    {:ok, schedule(%__MODULE__{nodes: nodes})}
  end

  @impl true
  def handle_info({:nodedown, node}, state), do: {:noreply, forget(state, node)}
  def handle_info({:nodeup, _node}, state), do: {:noreply, state}

  def handle_info(:reconnect, state) do
    for node <- state.nodes, node not in Node.list(), do: Node.connect(node)
    {:noreply, schedule(state)}
  end

  defp forget(state, node), do: %{state | nodes: Enum.reject(state.nodes, &(&1 == node))} # hazard
  defp schedule(state), do: %{state | timer: Process.send_after(self(), :reconnect, 10_000)}
end
