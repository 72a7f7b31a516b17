defmodule Flags.Cache do
  def child_spec(arg), do: %{id: __MODULE__, start: {__MODULE__, :start_link, [arg]}}

  def start_link(_arg) do
    Agent.start(fn -> %{} end, name: __MODULE__) # hazard
  end

  def get(flag), do: Agent.get(__MODULE__, &Map.get(&1, flag))
end

defmodule Flags.Application do
  use Application
  def start(_, _), do: Supervisor.start_link([Flags.Cache], strategy: :one_for_one)
end
