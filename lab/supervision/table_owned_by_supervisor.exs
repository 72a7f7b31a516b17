defmodule Lab.Supervision.TableOwnedBySupervisor do
  use Lab.Experiment,
    measures: "tables that three crashes leave behind, beside the one in use",
    unit: "tables",
    holds: "hazard == 3 and fix == 0"

  def run(_variant) do
    {:ok, _} = start_apart(fn -> Supervisor.start_link([Shop.Search], strategy: :one_for_one) end)
    for _ <- 1..3, do: true = is_pid(kill_and_wait(Shop.Search))
    :sys.get_state(Shop.Search)
    Enum.count(:ets.all(), &(:ets.info(&1, :name) == :shop_search)) - 1
  end
end
