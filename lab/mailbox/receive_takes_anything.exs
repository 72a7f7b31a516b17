defmodule Lab.Mailbox.ReceiveTakesAnything do
  use Lab.Experiment,
    measures: "messages of the caller, of fifty, that are gone after it has fetched a quote",
    unit: "messages",
    holds: "hazard == 50 and fix == 0"

  def run(_variant) do
    bank = spawn_link(fn -> bank() end)
    for number <- 1..50, do: send(self(), {:order, number})
    {:ok, 42} = Shop.Quote.fetch(bank, :tea)
    50 - length(for number <- 1..50, here?(number), do: number)
  end

  defp here?(number) do
    receive do
      {:order, ^number} -> true
    after
      0 -> false
    end
  end

  defp bank do
    receive do
      {:quote, from, ref, _item} -> send(from, {ref, 42})
    end
  end
end
