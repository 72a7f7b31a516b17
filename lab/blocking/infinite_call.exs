# A session that never gets ready.
defmodule Shop.Session do
  use GenServer
  def start_link(user), do: GenServer.start_link(__MODULE__, user)
  @impl true
  def init(_user), do: Process.sleep(:infinity)
end

defmodule Lab.Blocking.InfiniteCall do
  use Lab.Experiment,
    measures: "of ten callers of a server that hangs, those that still wait after 1,800 ms and have told nobody",
    unit: "callers",
    holds: "hazard == 10 and fix == 0"

  def run(_variant) do
    {:ok, _} = DynamicSupervisor.start_link(name: Shop.SessionSupervisor, strategy: :one_for_one)
    {:ok, _} = Shop.Sessions.start_link([])

    1..10
    |> Enum.map(&Task.async(fn -> outcome(1_800, fn -> Shop.Sessions.open(&1) end) end))
    |> Task.await_many(10_000)
    |> Enum.count(&(&1 == {:hangs, nil}))
  end
end
