defmodule Lab.Blocking.MissingConnectTimeout do
  use Lab.Experiment,
    measures: "time until the server has an answer, where the peer's machine drops what it is sent",
    unit: "ms",
    limit: 1_500,
    note: "Linux gives up after about two minutes",
    holds: "hazard == 1500 and hazard >= 2 * fix"

  def run(_variant) do
    Lab.Net.host("relay")
    Lab.Net.black_hole(2525)
    {:ok, _} = start_apart(fn -> Shop.Relay.start_link([]) end)
    waited(1_500, fn -> Shop.Relay.deliver("hello") end)
  end
end
