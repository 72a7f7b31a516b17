defmodule Lab.Mailbox.ReceiveWithoutAfter do
  use Lab.Experiment,
    measures: "time until a request to a process that is gone comes back",
    unit: "ms",
    limit: 1_000,
    note: "the hazard's never does",
    holds: "hazard == 1000 and fix <= 250"

  def run(_variant) do
    gone = spawn(fn -> :ok end)
    eventually(fn -> not alive?(gone) end)
    waited(1_000, fn -> Shop.Quote.fetch(gone, :bread) end)
  end
end
