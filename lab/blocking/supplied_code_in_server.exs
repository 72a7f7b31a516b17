defmodule Lab.Blocking.SuppliedCodeInServer do
  use Lab.Experiment,
    measures: "of five callers whose function raises, those that take the catalogue along",
    unit: "callers",
    holds: "hazard == 5 and fix == 0"

  def run(_variant), do: count(5, &takes_along?/0)

  defp takes_along? do
    {:ok, catalogue} = start_apart(fn -> Shop.Catalogue.start_link([]) end)
    Shop.Catalogue.update(:bread, fn nil -> 2 end)
    {:exit, _} = outcome(1_000, fn -> Shop.Catalogue.update(:bread, fn price -> price + :tax end) end)
    kept = catching(fn -> :sys.get_state(catalogue) end) == %{bread: 2}
    if kept, do: GenServer.stop(catalogue)
    not kept
  end
end
