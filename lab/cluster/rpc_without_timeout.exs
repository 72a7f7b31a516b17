defmodule Lab.Cluster.RpcWithoutTimeout do
  use Lab.Experiment,
    measures: "time until whoever asks has an answer, where the other node hangs",
    unit: "ms",
    limit: 2_000,
    note: "the hazard's waits for net_ticktime, 62 to 74 s, and for ever where only the function hangs",
    holds: "hazard == 2000 and hazard >= 2 * fix"

  def run(_variant) do
    [a, b] = Lab.Cluster.start(2)
    Lab.Cluster.freeze(b)
    Lab.Cluster.on(a, fn -> waited(2_000, fn -> Shop.Cluster.stock(b, :bread) end) end)
  end
end
