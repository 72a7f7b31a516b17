defmodule HTTPoison do
  def get!(_url) do
    Process.sleep(300)
    %{body: %{"EUR" => 1}}
  end
end

defmodule Lab.Bottleneck.WorkInsideAgent do
  use Lab.Experiment,
    measures: "wait of a reader while the rates are refreshed, which takes 300 ms",
    unit: "ms",
    holds: "hazard >= 200 and hazard >= 4 * fix"

  def run(_variant) do
    {:ok, _} = Shop.Rates.start_link([])
    refresh = Task.async(&Shop.Rates.refresh/0)
    Process.sleep(20)
    wait = waited(5_000, fn -> Agent.get(Shop.Rates, & &1) end)
    Task.await(refresh)
    wait
  end
end
