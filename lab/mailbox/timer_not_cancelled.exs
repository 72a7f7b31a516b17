defmodule Lab.Mailbox.TimerNotCancelled do
  use Lab.Experiment,
    measures: "polls in the next 1,400 ms after ten new blocks put the poll off by a second each",
    unit: "polls",
    holds: "hazard == 11 and fix == 1"

  def run(_variant) do
    {:ok, poller} = Shop.Poller.start_link([])
    :erlang.trace(poller, true, [:receive])
    for _ <- 1..10, do: GenServer.cast(poller, :new_block)
    Process.sleep(1_400)
    polls(0)
  end

  defp polls(count) do
    receive do
      {:trace, _poller, :receive, :poll} -> polls(count + 1)
      {:trace, _poller, :receive, _other} -> polls(count)
    after
      0 -> count
    end
  end
end
