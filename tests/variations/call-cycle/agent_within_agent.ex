defmodule Depot.Counters do
  use Agent

  def start_link(_), do: Agent.start_link(fn -> %{} end, name: __MODULE__)
  def get(name), do: Agent.get(__MODULE__, &Map.get(&1, name, 0))

  def copy(from, to) do
    Agent.update(__MODULE__, fn counters -> Map.put(counters, to, get(from)) end) # hazard
  end
end
