defmodule Depot.Application do
  use Application

  def start(_, _) do
    Supervisor.start_link([Depot.Workers, Depot.Store], strategy: :one_for_all)
  end
end

defmodule Depot.Workers do
  use Supervisor

  def start_link(_), do: Supervisor.start_link(__MODULE__, [], name: __MODULE__)
  def init(_), do: Supervisor.init([Depot.Counter], strategy: :one_for_one)
end

defmodule Depot.Counter do
  use Agent

  def start_link(_) do
    Agent.start_link(fn -> Depot.Store.size() end, name: __MODULE__) # hazard
  end
end

defmodule Depot.Store do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def size, do: GenServer.call(__MODULE__, :size)
  def init(state), do: {:ok, state}
  def handle_call(:size, _from, state), do: {:reply, length(state), state}
end
