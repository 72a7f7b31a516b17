defmodule Hub.Application do
  use Application

  def start(_type, _args) do
    Supervisor.start_link(Hub.Supervisor, [], strategy: :rest_for_one, max_restarts: 20, name: Hub.Supervisor) # hazard
  end
end

defmodule Hub.Supervisor do
  use Supervisor

  def init(_) do
    Supervisor.init([Hub.Link, Hub.Reader], strategy: :one_for_one)
  end
end

defmodule Hub.Link do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [])
  def init(state), do: {:ok, state}
end

defmodule Hub.Reader do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [])
  def init(state), do: {:ok, state}
end
