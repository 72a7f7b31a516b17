defmodule Phoenix.Controller do
  defmacro __using__(_), do: quote(do: import(Phoenix.Controller))
  def send_resp(_conn, status, text), do: {status, text}
end

defmodule Lab.State.ShortLivedTableOwner do
  use Lab.Experiment,
    measures: "of five reads after the request that made the table, those that fail and end the server",
    unit: "reads",
    holds: "hazard == 5 and fix == 0"

  def run(_variant), do: count(5, &fails?/0)

  defp fails? do
    {:ok, prices} = GenServer.start(Shop.Prices, nil)
    {:ok, {204, ""}} = outcome(1_000, fn -> ShopWeb.PriceController.warm(nil, %{}) end)
    Process.sleep(20)
    failed = catching(fn -> GenServer.call(prices, {:price, "a"}) end) != [{"a", 1}]
    unless failed, do: GenServer.stop(prices)
    failed
  end
end
