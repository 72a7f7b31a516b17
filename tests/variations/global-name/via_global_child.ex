defmodule Depot.Supervisor do
  use Supervisor

  def start_link(_), do: Supervisor.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_), do: Supervisor.init([Depot.Repo, {Depot.Scheduler, interval: 1_000}], strategy: :one_for_one)
end

defmodule Depot.Scheduler do
  use GenServer

  def start_link(options), do: GenServer.start_link(__MODULE__, options, name: {:via, :global, :depot_scheduler}) # hazard

  @impl true
  def init(options), do: {:ok, options}
end
