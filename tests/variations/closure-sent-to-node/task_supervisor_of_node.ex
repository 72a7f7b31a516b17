defmodule Depot.Spread do
  def render(node, order) do
    {Depot.Tasks, node}
    |> Task.Supervisor.async_nolink(fn -> Depot.Invoice.render(order) end) # hazard
    |> Task.yield(5_000)
  end
end
