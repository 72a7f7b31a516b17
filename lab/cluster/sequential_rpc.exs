defmodule Lab.Cluster.SequentialRpc do
  use Lab.Experiment,
    measures: "wait of a caller behind one round of questions to four nodes that take 150 ms each",
    unit: "ms",
    holds: "hazard >= 450 and hazard >= 2 * fix"

  def run(_variant) do
    [a | _] = Lab.Cluster.start(5)

    Lab.Cluster.on(a, fn ->
      {:ok, server} = GenServer.start(Shop.Sync, [], name: Shop.Sync)
      send(server, :sync)
      waited(5_000, &Shop.Sync.last_run/0)
    end)
  end
end

defmodule Shop.Stock do
  def snapshot do
    Process.sleep(150)
    %{bread: 1}
  end
end
