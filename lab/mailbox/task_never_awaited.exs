defmodule Lab.Mailbox.TaskNeverAwaited do
  use Lab.Experiment,
    measures: "messages in the caller's mailbox after a hundred views were counted anew",
    unit: "messages",
    holds: "hazard >= 100 and fix == 0"

  def run(_variant) do
    :ets.new(:views, [:named_table, :public])
    Shop.Views.warm(1..100)
    eventually(fn -> :ets.info(:views, :size) == 100 end)
    Process.sleep(50)
    mailbox(self())
  end
end
