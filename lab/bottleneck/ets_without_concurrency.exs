defmodule Lab.Bottleneck.EtsWithoutConcurrency do
  use Lab.Experiment,
    measures: "counts a second of four processes together, each count in a row of its own",
    unit: "counts/s",
    note: "on two cores; all in one row gain nothing, and read_concurrency gains nothing there",
    holds: "2 * fix >= 3 * hazard"

  def run(_variant) do
    {:ok, _} = Shop.Stats.start_link([])
    for id <- 1..1_000, do: Shop.Stats.count({:seen, id})
    reads_per_second(4, 300, fn -> Shop.Stats.count({:seen, :rand.uniform(1_000)}) end)
  end
end
