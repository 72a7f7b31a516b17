defmodule HTTPoison do
  def get(_url) do
    Process.sleep(200)
    {:ok, %{body: %{"EUR" => 1}}}
  end
end

defmodule Lab.Blocking.BlockingMessageHandler do
  use Lab.Experiment,
    measures: "wait of a caller behind three refreshes of 200 ms",
    unit: "ms",
    holds: "hazard >= 500 and hazard >= 4 * fix"

  def run(_variant) do
    {:ok, _} = Task.Supervisor.start_link(name: Shop.Tasks)
    {:ok, _} = Shop.Rates.start_link([])
    for _ <- 1..3, do: Shop.Rates.refresh()
    waited(10_000, fn -> Shop.Rates.rate("EUR") end)
  end
end
