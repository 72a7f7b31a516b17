defmodule Lab.State.WholeStateInMessage do
  use Lab.Experiment,
    measures: "reads a second of one rate among 10,000",
    unit: "reads/s",
    holds: "fix >= 10 * hazard"

  def run(_variant) do
    {:ok, _} = Shop.Rates.start_link([])
    Agent.update(Shop.Rates, fn _ -> Map.new(1..10_000, &{&1, 1.0}) end)
    1.0 = Shop.Rates.rate(7)
    per_second(300, fn -> Shop.Rates.rate(7) end)
  end
end
