defmodule Phoenix.Controller do
  defmacro __using__(_), do: quote(do: import(Phoenix.Controller))
  def json(_conn, value), do: value
end

defmodule HTTPoison do
  def get!(_url) do
    Process.sleep(50)
    %{body: []}
  end
end

defmodule Lab.Bottleneck.SingleStarter do
  use Lab.Experiment,
    measures: "longest wait of ten requests that each start a cart at the same time, whose items take 50 ms to load",
    unit: "ms",
    holds: "hazard >= 300 and hazard >= 4 * fix"

  def run(_variant) do
    {:ok, _} = Shop.Carts.start_link([])
    1..10 |> Enum.map(fn id -> fn -> ShopWeb.CartController.create(nil, %{"id" => id}) end end) |> together() |> Enum.max()
  end
end
