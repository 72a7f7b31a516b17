defmodule Boot.Supervisor do
  use Supervisor

  def start_link(arg), do: Supervisor.start_link(__MODULE__, arg, name: __MODULE__)

  def init(_) do
    children = [
      Boot.Cache,
      %{id: :warm, start: {Task, :start_link, [Boot.Warm, :run, []]}, restart: :permanent}, # hazard
      Boot.Api
    ]

    Supervisor.init(children, strategy: :one_for_one)
  end
end

defmodule Boot.Warm do
  def run, do: Enum.each(1..10, &Boot.Cache.put(&1, &1))
end

defmodule Boot.Cache do
  use Agent
  def start_link(_), do: Agent.start_link(fn -> %{} end, name: __MODULE__)
  def put(k, v), do: Agent.update(__MODULE__, &Map.put(&1, k, v))
end

defmodule Boot.Api do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [])
  def init(s), do: {:ok, s}
end
