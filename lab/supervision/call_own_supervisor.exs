defmodule Lab.Supervision.CallOwnSupervisor do
  use Lab.Experiment,
    measures: "time that the start of the tree takes",
    unit: "ms",
    limit: 1_000,
    note: "the hazard never starts",
    holds: "hazard == 1000 and fix <= 250"

  def run(_variant), do: waited(1_000, fn -> start_apart(fn -> Shop.Feeds.start_link([]) end) end)
end
