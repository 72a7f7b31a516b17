defmodule Lab.Blocking.CallInTerminate do
  use Lab.Experiment,
    measures: "time that the supervisor's shutdown takes",
    unit: "ms",
    limit: 1_000,
    note: "the hazard's takes the child's shutdown time, 5,000 ms, and ends with a kill",
    holds: "hazard == 1000 and fix <= 250"

  def run(_variant) do
    {:ok, sup} = start_apart(fn -> Supervisor.start_link([], strategy: :one_for_one) end)
    {:ok, _} = Supervisor.start_child(sup, {Shop.Connection, sup})
    waited(1_000, fn -> Supervisor.stop(sup, :shutdown) end)
  end
end
