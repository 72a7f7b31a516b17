defmodule Lab.Supervision.PartialHandleInfo do
  use Lab.Experiment,
    measures: "of three fetches whose task succeeds, those after which Shop.Fetcher is dead",
    unit: "fetches",
    holds: "hazard == 3 and fix == 0"

  def run(_variant) do
    {:ok, _} = Task.Supervisor.start_link(name: Shop.Tasks)
    count(3, &dies?/0)
  end

  defp dies? do
    {:ok, fetcher} = GenServer.start(Shop.Fetcher, %{})
    send(fetcher, :fetch)
    eventually(200, fn -> not alive?(fetcher) end)
  end
end
