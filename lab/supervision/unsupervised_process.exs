defmodule Lab.Supervision.UnsupervisedProcess do
  use Lab.Experiment,
    measures: "processes of Shop.Ledger that live after five crashes of Shop.Orders, which needs one",
    unit: "processes",
    holds: "hazard == 6 and fix == 1"

  def run(_variant) do
    {:ok, _} = start_apart(fn -> Supervisor.start_link([Shop.Orders], strategy: :one_for_one, max_restarts: 10) end)

    for _ <- 1..5 do
      kill_and_wait(Shop.Orders)
      true = eventually(500, fn -> alive?(Shop.Orders) end)
    end

    eventually(200, fn -> ledgers() == 1 end)
    ledgers()
  end

  defp ledgers do
    Enum.count(Process.list(), fn pid ->
      with {:dictionary, words} <- Process.info(pid, :dictionary) do
        words[:"$initial_call"] == {Shop.Ledger, :init, 1}
      end
    end)
  end
end
