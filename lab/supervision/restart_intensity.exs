defmodule Lab.Supervision.RestartIntensity do
  use Lab.Experiment,
    measures: "of a hundred healthy feeds, those that end when four others cannot reach their supplier",
    unit: "feeds",
    holds: "hazard == 100 and fix == 0"

  def run(_variant) do
    Lab.Net.web(0)
    {:ok, _} = start_apart(fn -> Shop.Application.start(:normal, []) end)
    healthy = for feed <- 1..100, do: elem(Shop.Feed.open(~c"http://supplier.example/#{feed}"), 1)
    Enum.each(healthy, &:sys.get_state/1)
    # Nobody listens any more.
    :httpc.set_options(proxy: {{~c"127.0.0.1", 1}, []})
    for feed <- 1..4, do: Shop.Feed.open(~c"http://supplier.example/#{feed}")
    eventually(500, fn -> not Enum.any?(healthy, &alive?/1) end)
    Enum.count(healthy, &(not alive?(&1)))
  end
end
