defmodule Phoenix.Controller do
  defmacro __using__(_), do: quote(do: import(Phoenix.Controller))
  def json(_conn, value), do: value
end

defmodule Lab.Bottleneck.GlobalLockPerRequest do
  use Lab.Experiment,
    measures: "longest wait for one number, while four requesters ask for half a second",
    unit: "ms",
    note: "on one node, where nobody else asks; each node of a cluster costs one round of messages more",
    holds: "hazard >= 40 and hazard >= 4 * fix"

  def run(_variant) do
    :ets.new(:shop_numbers, [:named_table, :public])
    :ets.insert(:shop_numbers, {:last, 0})
    until = System.monotonic_time(:millisecond) + 500
    1..4 |> Enum.map(fn _ -> Task.async(fn -> longest(until, 0) end) end) |> Task.await_many(30_000) |> Enum.max()
  end

  defp longest(until, so_far) do
    wait = milliseconds(fn -> ShopWeb.OrderController.create(nil, %{}) end)
    if System.monotonic_time(:millisecond) < until, do: longest(until, max(wait, so_far)), else: max(wait, so_far)
  end
end
