defmodule Lab.Mailbox.TimerLeftOnABranch do
  use Lab.Experiment,
    measures: "messages that twenty answered requests leave in their caller's mailbox",
    unit: "messages",
    holds: "hazard == 20 and fix == 0"

  def run(_variant) do
    bank = spawn_link(&answer/0)
    for _ <- 1..20, do: {:ok, :yes} = Shop.Bank.ask(bank, :open?)
    Process.sleep(700)
    mailbox(self())
  end

  defp answer do
    receive do: ({:ask, from, ref, _question} -> send(from, {ref, :yes}))
    answer()
  end
end
