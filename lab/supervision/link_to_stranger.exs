defmodule Lab.Supervision.LinkToStranger do
  use Lab.Experiment,
    measures: "processes that a hundred exports leave behind",
    unit: "processes",
    holds: "hazard == 100 and fix == 0"

  def run(_variant) do
    {:ok, _} = Task.Supervisor.start_link(name: Shop.Tasks)
    before = Process.list()
    for _ <- 1..100, do: Shop.Export.run([:bread, :milk])
    true = eventually(fn -> Task.Supervisor.children(Shop.Tasks) == [] end)
    Process.sleep(50)
    length(Process.list() -- before)
  end
end
