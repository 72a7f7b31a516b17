defmodule Depot.Sweep do
  def sweep do
    oldest = Node.list([:this, :visible]) |> Enum.sort() |> Enum.at(0)

    cond do
      oldest == node() -> Depot.Store.sweep() # hazard
      true -> :ok
    end
  end
end
