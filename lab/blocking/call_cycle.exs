defmodule Lab.Blocking.CallCycle do
  use Lab.Experiment,
    measures: "time that one reservation takes",
    unit: "ms",
    limit: 1_000,
    note: "the hazard's servers wait for each other until both die of their timeouts",
    holds: "hazard == 1000 and fix <= 250"

  def run(_variant) do
    {:ok, _} = Shop.Stock.start_link([])
    {:ok, _} = Shop.Prices.start_link([])
    waited(1_000, fn -> 100 = Shop.Stock.reserve(:bread) end)
  end
end
