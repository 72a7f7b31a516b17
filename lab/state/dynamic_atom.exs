defmodule Phoenix.Controller do
  defmacro __using__(_), do: quote(do: import(Phoenix.Controller))
  def json(_conn, value), do: value
end

defmodule Lab.State.DynamicAtom do
  use Lab.Experiment,
    measures: "atoms that 10,000 requests with different texts leave in the VM",
    unit: "atoms",
    note: "the VM has room for 1,048,576 and aborts when they are used up",
    holds: "hazard >= 10000 and fix <= 100"

  def run(variant) do
    request(variant, "name")
    before = :erlang.system_info(:atom_count)
    for n <- 1..10_000, do: request(variant, "text#{n}")
    :erlang.system_info(:atom_count) - before
  end

  defp request(:hazard, text), do: ShopWeb.OrderController.index(nil, %{"sort" => text})
  defp request(:fix, text), do: Shop.Sorting.key(%{"sort" => text})
end
