defmodule Lab.Supervision.UnguardedSiblingCall do
  use Lab.Experiment,
    measures: "of five orders that come while Shop.Stats is away, those that end the checkout",
    unit: "orders",
    holds: "hazard == 5 and fix == 0"

  def run(_variant), do: count(5, &ends?/0)

  defp ends? do
    {:ok, checkout} = start_apart(fn -> Shop.Checkout.start_link([]) end)
    send(checkout, :order)
    counted = catching(fn -> :sys.get_state(checkout).orders end)
    if counted == 1, do: GenServer.stop(checkout)
    counted != 1
  end
end
