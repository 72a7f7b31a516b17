defmodule Lab.Mailbox.MonitorLeftOnABranch do
  use Lab.Experiment,
    measures: "monitors that a hundred requests without an answer leave to their caller",
    unit: "monitors",
    holds: "hazard == 100 and fix == 0"

  def run(_variant) do
    silent = spawn_link(fn -> Process.sleep(:infinity) end)
    for _ <- 1..100, do: {:error, :timeout} = Shop.Fraud.check(silent, :bread, 1)
    {:monitors, monitors} = Process.info(self(), :monitors)
    length(monitors)
  end
end
