defmodule Lab.Cluster.NodedownMeansDead do
  use Lab.Experiment,
    measures: "of a hundred reservations of a node that is alive, those that a lost connection of a moment takes away",
    unit: "reservations",
    holds: "hazard == 100 and fix == 0"

  def run(_variant) do
    [a, b] = nodes = Lab.Cluster.start(2)
    Lab.Cluster.on(a, fn -> reserve(b) end)
    Lab.Cluster.split([[a], [b]])
    Process.sleep(200)
    Lab.Cluster.heal(nodes)
    100 - Lab.Cluster.on(a, fn -> :ets.info(:reservations, :size) end)
  end

  defp reserve(node) do
    here = self()

    spawn(fn ->
      :ets.new(:reservations, [:named_table, :public])
      for id <- 1..100, do: :ets.insert(:reservations, {id, node, :bread})
      {:ok, _} = GenServer.start(Shop.Membership, [], name: Shop.Membership)
      send(here, :reserved)
      Process.sleep(:infinity)
    end)

    receive do: (:reserved -> :ok)
  end
end
