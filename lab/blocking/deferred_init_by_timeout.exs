defmodule Shop.Schema do
  # Init takes a moment, and those who ask by name wait in the mailbox meanwhile.
  def check, do: Process.sleep(30)
end

defmodule Lab.Blocking.DeferredInitByTimeout do
  use Lab.Experiment,
    measures: "restarts after which the prices are never read, of five, where somebody asks while the server starts",
    unit: "restarts",
    holds: "hazard == 5 and fix == 0"

  def run(_variant), do: count(5, fn -> is_nil(price_after_start()) end)

  defp price_after_start do
    asking =
      Task.async(fn ->
        eventually(1_000, fn -> alive?(Shop.Prices) end)
        Shop.Prices.of(:apple)
      end)

    {:ok, server} = start_apart(fn -> Shop.Prices.start_link([]) end)
    Task.await(asking)
    Process.sleep(20)
    price = Shop.Prices.of(:apple)
    GenServer.stop(server)
    price
  end
end
