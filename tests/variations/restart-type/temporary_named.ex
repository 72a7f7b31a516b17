defmodule Edge.Application do
  use Application

  def start(_, _) do
    Supervisor.start_link([%{id: Edge.Limits, start: {Edge.Limits, :start_link, [[]]}, restart: :temporary}, Edge.Api], strategy: :one_for_one) # hazard
  end
end

defmodule Edge.Limits do
  use GenServer
  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: __MODULE__)
  def check(key), do: GenServer.call(__MODULE__, {:check, key})
  def init(_), do: {:ok, %{}}
  def handle_call({:check, key}, _from, state), do: {:reply, Map.get(state, key, 0) < 10, Map.update(state, key, 1, &(&1 + 1))}
end

defmodule Edge.Api do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def init(state), do: {:ok, state}

  def handle_call({:request, key, body}, _from, state) do
    if Edge.Limits.check(key), do: {:reply, {:ok, body}, state}, else: {:reply, :limited, state}
  end
end
