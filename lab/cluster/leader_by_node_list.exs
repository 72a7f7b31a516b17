defmodule Lab.Cluster.LeaderByNodeList do
  use Lab.Experiment,
    measures: "nodes that take themselves for the leader while three nodes are split in two",
    unit: "nodes",
    holds: "hazard == 2 and fix == 1"

  def run(variant) do
    [a, b, c] = nodes = Lab.Cluster.start(3)
    Lab.Cluster.split([[a], [b, c]])
    Enum.count(nodes, fn node -> Lab.Cluster.on(node, fn -> leader?(variant, nodes) end) end)
  end

  defp leader?(:hazard, _known), do: Shop.Leader.leader?()

  # The lock is its holder's, so the holder has to stay until all have asked.
  defp leader?(:fix, known) do
    here = self()
    spawn(fn -> send(here, {:leader, Shop.Leader.leader?(known)}) && Process.sleep(:infinity) end)
    receive do: ({:leader, answer} -> answer)
  end
end
