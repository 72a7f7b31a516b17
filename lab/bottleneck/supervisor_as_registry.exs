defmodule Phoenix.Controller do
  defmacro __using__(_), do: quote(do: import(Phoenix.Controller))
  def json(_conn, value), do: value
end

defmodule Lab.Bottleneck.SupervisorAsRegistry do
  use Lab.Experiment,
    measures: "time of 200 look-ups of one cart among 2,000",
    unit: "ms",
    holds: "hazard >= 10 * fix"

  def run(_variant) do
    {:ok, _} = Shop.Carts.start_link([])
    for id <- 1..2_000, do: {:ok, _} = Shop.Carts.open(id)
    true = is_pid(ShopWeb.CartController.show(nil, %{"id" => 1_000}))
    milliseconds(fn -> for _ <- 1..200, do: ShopWeb.CartController.show(nil, %{"id" => 1_000}) end)
  end
end
