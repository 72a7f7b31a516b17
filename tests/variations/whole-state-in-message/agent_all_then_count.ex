defmodule Depot.Trucks do
  use Agent

  def start_link(_), do: Agent.start_link(fn -> %{} end, name: __MODULE__)
  def add(id, truck), do: Agent.update(__MODULE__, &Map.put(&1, id, truck))
  def remove(id), do: Agent.update(__MODULE__, &Map.delete(&1, id))
  def all, do: Agent.get(__MODULE__, fn trucks -> trucks end)
  def count, do: map_size(all()) # hazard
  def known?(id), do: id in Map.keys(all()) # hazard
end
