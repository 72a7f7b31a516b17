defmodule Lab.Blocking.BlockingEventHandler do
  use Lab.Experiment,
    measures: "wait of a synchronous notification behind five events whose handler asks a web server that takes 100 ms",
    unit: "ms",
    holds: "hazard >= 400 and hazard >= 4 * fix"

  def run(_variant) do
    Lab.Net.web(100)
    {:ok, _} = Shop.Events.start_link([])
    for id <- 1..5, do: Shop.Events.ordered(id)
    waited(10_000, &Shop.Events.tick/0)
  end
end
