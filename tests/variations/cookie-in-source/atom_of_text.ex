defmodule Depot.Distribution do
  def start(name) do
    {:ok, _} = Node.start(name, :shortnames)
    Node.set_cookie(Node.self(), String.to_atom("d3p0t-cookie")) # hazard
  end
end
