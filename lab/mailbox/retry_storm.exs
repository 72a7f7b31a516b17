defmodule Phoenix.Controller do
  defmacro __using__(_), do: quote(do: import(Phoenix.Controller))
  def json(_conn, value), do: value
end

defmodule Lab.Mailbox.RetryStorm do
  use Lab.Experiment,
    measures: "milliseconds for which the server works on when the last of ten clients has given up, where a request takes 50 ms and each client waits 200 ms",
    unit: "ms",
    holds: "hazard >= 300 and hazard >= 3 * fix",
    limit: 5_000

  def run(_variant) do
    Lab.Net.web(50)
    {:ok, _} = Shop.Prices.start_link([])
    together(for n <- 1..10, do: fn -> ShopWeb.PriceController.show(nil, %{"item" => "#{n}"}) end)
    # What waits in the mailbox is done before this.
    waited(5_000, fn -> :sys.get_state(Shop.Prices, :infinity) end)
  end
end
