defmodule Depot.Takeover do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_) do
    :ok = :net_kernel.monitor_nodes(true, node_type: :visible)
    {:ok, nil}
  end

  @impl true
  def handle_info({:nodedown, node, _info}, state) do
    node |> Depot.Shards.of() |> Enum.each(&take_over/1) # hazard
    {:noreply, state}
  end

  def handle_info({:nodeup, _node, _info}, state), do: {:noreply, state}

  defp take_over(shard), do: DynamicSupervisor.start_child(Depot.ShardSupervisor, {Depot.Shard, shard})
end
