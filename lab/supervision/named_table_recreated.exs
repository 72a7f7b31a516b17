defmodule Lab.Supervision.NamedTableRecreated do
  use Lab.Experiment,
    measures: "crashes of Shop.Search, of three, that the tree survives",
    unit: "crashes",
    holds: "hazard == 0 and fix == 3"

  def run(_variant) do
    {:ok, _} = start_apart(fn -> Shop.Application.start(:normal, []) end)
    Enum.find(0..2, 3, fn _ -> kill_and_wait(Shop.Search, 300) == nil end)
  end
end
