defmodule Lab.Cluster.GlobalName do
  use Lab.Experiment,
    measures: "of three healed splits with a leader on each side, those in which a leader is killed with all that it held",
    unit: "splits",
    holds: "hazard == 3 and fix == 0"

  def run(_variant) do
    nodes = Lab.Cluster.start(2)
    count(3, fn -> killed?(nodes) end)
  end

  defp killed?([a, b] = nodes) do
    Lab.Cluster.split([[a], [b]])
    for node <- nodes, do: Lab.Cluster.on(node, &start_leader/0)
    Lab.Cluster.heal(nodes)
    one_left? = fn -> Enum.count(nodes, &Lab.Cluster.on(&1, fn -> Process.whereis(:leader) != nil end)) == 1 end
    true = eventually(5_000, one_left?)
    handed_over = Enum.count(nodes, &Lab.Cluster.on(&1, fn -> Process.whereis(:resigned) != nil end))
    for node <- nodes, do: Lab.Cluster.on(node, &stop_leader/0)
    handed_over == 0
  end

  defp start_leader do
    here = self()

    spawn(fn ->
      Process.register(self(), :leader)
      Shop.Leader.take_over()
      send(here, :leads)

      receive do
        :resign -> Process.unregister(:leader) && Process.register(self(), :resigned)
      end

      Process.sleep(:infinity)
    end)

    receive do: (:leads -> :ok)
  end

  defp stop_leader do
    for name <- [:leader, :resigned], pid = Process.whereis(name), do: kill(pid)
    :global.unregister_name(Shop.Leader)
  end

  defp kill(pid) do
    monitor = Process.monitor(pid)
    Process.exit(pid, :kill)
    receive do: ({:DOWN, ^monitor, :process, ^pid, _} -> :ok)
  end
end
