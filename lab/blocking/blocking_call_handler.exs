defmodule Lab.Blocking.BlockingCallHandler do
  use Lab.Experiment,
    measures: "the longest wait of ten callers at once, where the supplier takes 100 ms",
    unit: "ms",
    holds: "hazard >= 4 * fix"

  def run(_variant) do
    Lab.Net.web(100)
    {:ok, _} = Task.Supervisor.start_link(name: Shop.Tasks)
    {:ok, _} = Shop.Pricing.start_link([])
    Shop.Pricing.price('0')
    Enum.max(together(for item <- 1..10, do: fn -> Shop.Pricing.price(Integer.to_charlist(item)) end))
  end
end
