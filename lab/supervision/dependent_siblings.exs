defmodule Lab.Supervision.DependentSiblings do
  use Lab.Experiment,
    measures: "of five crashes of Shop.Bus, those after which it knows its listener no more",
    unit: "crashes",
    holds: "hazard == 5 and fix == 0"

  def run(_variant), do: count(5, &forgets?/0)

  defp forgets? do
    {:ok, tree} = start_apart(fn -> Shop.Application.start(:normal, []) end)
    true = eventually(&listens?/0)
    bus = kill_and_wait(Shop.Bus)
    forgotten = is_pid(bus) and not eventually(200, &listens?/0)
    Supervisor.stop(tree)
    forgotten
  end

  # The bus knows the process that is Shop.Orders now.
  defp listens?, do: alive?(Shop.Bus) and alive?(Shop.Orders) and Map.has_key?(:sys.get_state(Shop.Bus), Process.whereis(Shop.Orders))
end
