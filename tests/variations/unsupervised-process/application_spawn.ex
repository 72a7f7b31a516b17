defmodule Pulse.Application do
  use Application

  def start(_type, _args) do
    result = Supervisor.start_link([Pulse.Store], strategy: :one_for_one, name: Pulse.Supervisor)
    spawn(fn -> Pulse.Beat.run(1000) end) # hazard
    result
  end
end

defmodule Pulse.Beat do
  def run(interval) do
    Pulse.Store.put(:beat, System.monotonic_time())
    Process.sleep(interval)
    run(interval)
  end
end

defmodule Pulse.Store do
  use Agent
  def start_link(_), do: Agent.start_link(fn -> %{} end, name: __MODULE__)
  def put(key, value), do: Agent.update(__MODULE__, &Map.put(&1, key, value))
end
