defmodule Phoenix.Controller do
  defmacro __using__(_), do: quote(do: import(Phoenix.Controller))
  def json(_conn, value), do: value
end

defmodule Lab.Bottleneck.ReadThroughServer do
  use Lab.Experiment,
    measures: "reads a second, of four readers together",
    unit: "reads/s",
    holds: "fix >= 4 * hazard"

  def run(variant) do
    {:ok, _} = Shop.Rates.start_link([])
    if variant == :fix, do: GenServer.call(Shop.Rates, {:put, :eur, 1.0})
    1.0 = ShopWeb.PriceController.show(nil, %{})
    reads_per_second(4, 300, fn -> ShopWeb.PriceController.show(nil, %{}) end)
  end
end
