defmodule Depot.Baskets do
  use Agent

  def start_link(user_id), do: Agent.start_link(fn -> [] end, name: name(user_id))
  def add(user_id, item), do: Agent.update(name(user_id), &[item | &1])

  defp name(user_id), do: String.to_atom("basket_#{user_id}") # hazard
end
