defmodule Lab.Blocking.EndlessRetry do
  use Lab.Experiment,
    measures: "time until whoever asks hears that the server is not there",
    unit: "ms",
    limit: 1_500,
    note: "the hazard's never hears it",
    holds: "hazard == 1500 and hazard >= 2 * fix"

  def run(_variant), do: waited(1_500, fn -> {:error, :timeout} = Shop.Lookup.price(:bread) end)
end
