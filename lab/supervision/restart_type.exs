defmodule Lab.Supervision.RestartType do
  use Lab.Experiment,
    measures: "of three exports that were done and stopped, those that are started again",
    unit: "exports",
    holds: "hazard == 3 and fix == 0"

  def run(_variant) do
    {:ok, _} = DynamicSupervisor.start_link(name: Shop.Exports, strategy: :one_for_one)
    exports = for order <- 1..3, do: elem(Shop.Export.run(order), 1)
    # Their minute is over.
    for export <- exports, do: send(export, :timeout)
    eventually(fn -> not Enum.any?(exports, &alive?/1) end)
    DynamicSupervisor.count_children(Shop.Exports).active
  end
end
