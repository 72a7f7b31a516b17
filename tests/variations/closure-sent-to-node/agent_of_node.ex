defmodule Depot.RemoteBasket do
  def add(node, item), do: Agent.update({Depot.Basket, node}, fn items -> [item | items] end) # hazard
  def count(node), do: Agent.get({Depot.Basket, node}, &length/1)
end
