# Counts how many ask at once, and remembers the most.
defmodule Shop.Supplier do
  def price(_item) do
    asking = :persistent_term.get(:asking)
    :counters.add(asking, 1, 1)
    :ets.insert(:most, {:counters.get(asking, 1)})
    Process.sleep(20)
    :counters.sub(asking, 1, 1)
    1
  end
end

defmodule Lab.Mailbox.FanOutWithoutBound do
  use Lab.Experiment,
    measures: "requests that the supplier has to serve at once, where a hundred prices are refreshed",
    unit: "requests",
    holds: "hazard >= 50 and fix <= 8"

  def run(_variant) do
    :persistent_term.put(:asking, :counters.new(1, []))
    :ets.new(:most, [:named_table, :public])
    Shop.Prices.refresh(Enum.to_list(1..100))
    :most |> :ets.tab2list() |> Enum.map(&elem(&1, 0)) |> Enum.max()
  end
end
