defmodule Shop.Rows do
  defmodule Full, do: defexception(message: "full")

  # A bug: no row is a map.
  def add(state, row), do: put_in(state.rows[row], row.price)
  def sweep(state, _row), do: state
end

defmodule Lab.Supervision.SwallowedCrash do
  use Lab.Experiment,
    measures: "of five requests that meet a bug, those of which neither a supervisor nor a caller hears",
    unit: "requests",
    holds: "hazard == 5 and fix == 0"

  def run(_variant), do: count(5, &unheard?/0)

  defp unheard? do
    {:ok, cart} = start_apart(fn -> GenServer.start(Shop.Cart, [], []) end)
    GenServer.cast(cart, {:add, :bread})
    not match?({:exit, _}, catching(fn -> :sys.get_state(cart) end))
  end
end
