defmodule Depot.Reservations do
  use Agent

  def start_link(_), do: Agent.start_link(fn -> [] end, name: __MODULE__)

  def reserve(truck, day, customer) do
    Agent.update(__MODULE__, fn reservations -> [{truck, day, customer} | reservations] end) # hazard
  end

  def cancel(truck, day) do
    Agent.update(__MODULE__, fn reservations -> Enum.reject(reservations, &match?({^truck, ^day, _}, &1)) end)
  end

  def all, do: Agent.get(__MODULE__, & &1)
end
