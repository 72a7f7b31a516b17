defmodule Lab.Cluster.RemoteCallUnguarded do
  use Lab.Experiment,
    measures: "of three comparisons with a node that has gone, those that end the process which compares",
    unit: "comparisons",
    holds: "hazard == 3 and fix == 0"

  def run(_variant) do
    [a, b] = Lab.Cluster.start(2)
    Lab.Cluster.kill(b)
    true = eventually(3_000, fn -> Lab.Cluster.on(a, fn -> Node.list() end) == [] end)
    Lab.Cluster.on(a, fn -> count(3, fn -> dies?(b) end) end)
  end

  defp dies?(peer) do
    {:ok, mirror} = GenServer.start(Shop.Mirror, peer)
    monitor = Process.monitor(mirror)
    send(mirror, :compare)

    receive do
      {:DOWN, ^monitor, :process, ^mirror, _} -> true
    after
      1_000 -> false
    end
  end
end
