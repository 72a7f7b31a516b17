defmodule Lab.State.GrowsForEver do
  use Lab.Experiment,
    measures: "bytes that the server keeps after 10,000 visitors came and left",
    unit: "bytes",
    holds: "hazard >= 20 * fix"

  def run(variant) do
    {:ok, visitors} = GenServer.start_link(Shop.Visitors, [])
    for session <- 1..10_000, do: GenServer.cast(visitors, {:seen, "session #{session}"})
    if variant == :fix, do: for(session <- 1..10_000, do: GenServer.cast(visitors, {:left, "session #{session}"}))
    :sys.get_state(visitors)
    memory(visitors)
  end
end
