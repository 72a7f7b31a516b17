defmodule HTTPoison do
  def get!(_url, _headers, options) do
    true = options[:recv_timeout] > 1_500
    Process.sleep(1_500)
    %{body: %{bread: 1}}
  end
end

defmodule Lab.Blocking.TimeoutInversion do
  use Lab.Experiment,
    measures: "of ten callers, those that exit although the server gets its answer in 1,500 ms",
    unit: "callers",
    holds: "hazard == 10 and fix == 0"

  def run(_variant) do
    {:ok, _} = Registry.start_link(keys: :unique, name: Shop.Names)
    {:ok, _} = Shop.Stock.start_link("berlin")

    1..10
    |> Enum.map(fn _ -> Task.async(fn -> outcome(5_000, fn -> Shop.Stock.count("berlin") end) end) end)
    |> Task.await_many(10_000)
    |> Enum.count(&(&1 != {:ok, 1}))
  end
end
