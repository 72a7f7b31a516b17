defmodule Lab.State.LostUpdate do
  use Lab.Experiment,
    measures: "visits of one page, of forty thousand by four visitors at once, that are not counted",
    unit: "visits",
    holds: "hazard >= 100 and fix == 0"

  def run(_variant) do
    {:ok, _} = Shop.Visits.start_link([])
    Shop.Visits.seen("start")
    together(List.duplicate(fn -> for _ <- 1..10_000, do: Shop.Visits.seen("start") end, 4))
    40_001 - Shop.Visits.count("start")
  end
end
