defmodule Depot.Cron do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_) do
    :timer.send_interval(60_000, :run)
    {:ok, nil}
  end

  @impl true
  def handle_info(:run, state) do
    [leader | _] = Enum.sort([Node.self() | Node.list()])
    if leader == Node.self(), do: Depot.Jobs.run_all() # hazard
    {:noreply, state}
  end
end
