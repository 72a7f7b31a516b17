defmodule Lab.Cluster.MulticallResultsIgnored do
  use Lab.Experiment,
    measures: "of three reloads on three nodes of which one has gone, those that report :ok",
    unit: "reloads",
    holds: "hazard == 3 and fix == 0"

  def run(_variant) do
    [a, _b, c] = nodes = Lab.Cluster.start(3)
    Lab.Cluster.kill(c)
    count(3, fn -> Lab.Cluster.on(a, fn -> Shop.Prices.reload_everywhere(nodes) end) == :ok end)
  end
end

defmodule Shop.Catalogue do
  def reload, do: :ok
end
