defmodule Lab.Blocking.AwaitInCallback do
  use Lab.Experiment,
    measures: "the longest wait of ten callers at once, where each branch takes 60 ms",
    unit: "ms",
    holds: "hazard >= 4 * fix"

  def run(_variant) do
    Lab.Net.web(60)
    {:ok, _} = Task.Supervisor.start_link(name: Shop.Tasks)
    {:ok, _} = Shop.Offers.start_link([])
    Shop.Offers.best(~c"0")
    Enum.max(together(for item <- 1..10, do: fn -> Shop.Offers.best(Integer.to_charlist(item)) end))
  end
end
