defmodule Lab.Supervision.StopOwnSupervisor do
  use Lab.Experiment,
    measures: "time until the tree has ended after its feed was closed",
    unit: "ms",
    limit: 1_000,
    note: "the hazard's ends after 5,000 ms, the shutdown time, with a kill",
    holds: "hazard == 1000 and fix <= 250"

  def run(_variant) do
    {:ok, tree} = start_apart(fn -> Shop.Feeds.start_link([]) end)

    waited(1_000, fn ->
      monitor = Process.monitor(tree)
      send(Shop.Feed, :closed)
      receive do: ({:DOWN, ^monitor, _, _, _} -> :ended)
    end)
  end
end
