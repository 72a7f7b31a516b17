defmodule Lab.Cluster.ReconnectOnlyNew do
  use Lab.Experiment,
    measures: "of three lost connections, those that the next attempt does not bring back when the network is well again",
    unit: "connections",
    holds: "hazard == 3 and fix == 0"

  def run(_variant) do
    nodes = Lab.Cluster.start(2)
    count(3, fn -> stays_away?(nodes) end)
  end

  defp stays_away?([a, b] = nodes) do
    Lab.Cluster.on(a, fn -> start(b) end)
    Lab.Cluster.split([[a], [b]])
    true = eventually(2_000, fn -> Lab.Cluster.on(a, fn -> :sys.get_state(Shop.Membership).up == [] end) end)
    Process.sleep(200)
    Lab.Cluster.mend(nodes)
    Lab.Cluster.on(a, fn -> send(Shop.Membership, :connect) end)
    away = not eventually(500, fn -> Lab.Cluster.on(a, fn -> b in Node.list() end) end)
    Lab.Cluster.on(a, fn -> GenServer.stop(Shop.Membership) end)
    Lab.Cluster.heal(nodes)
    away
  end

  defp start(other) do
    {:ok, membership} = GenServer.start(Shop.Membership, [other], name: Shop.Membership)
    send(membership, {:nodeup, other})
  end
end
