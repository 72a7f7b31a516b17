defmodule Lab.Supervision.TerminateWithoutTrapExit do
  use Lab.Experiment,
    measures: "of five shutdowns, those that lose the journal",
    unit: "shutdowns",
    holds: "hazard == 5 and fix == 0"

  def run(_variant), do: count(5, &loses?/0)

  defp loses? do
    File.rm("journal")
    {:ok, tree} = start_apart(fn -> Shop.Application.start(:normal, []) end)
    GenServer.cast(Shop.Journal, {:add, "sold"})
    :sys.get_state(Shop.Journal)
    Supervisor.stop(tree, :shutdown)
    File.read("journal") != {:ok, "sold"}
  end
end
