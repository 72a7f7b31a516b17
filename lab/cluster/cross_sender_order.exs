defmodule Lab.Cluster.CrossSenderOrder do
  use Lab.Experiment,
    measures: "prices read right after they were set that are the old ones, of a hundred, while somebody else keeps the server busy",
    unit: "prices",
    holds: "hazard >= 50 and fix == 0"

  def run(_variant) do
    {:ok, _} = Shop.Prices.start_link([])
    busy = spawn_link(fn -> keep_busy() end)
    stale = Enum.count(1..100, fn n -> Shop.Offer.reduce(:milk, n) != [{:milk, n}] end)
    Process.unlink(busy)
    Process.exit(busy, :kill)
    stale
  end

  # Other items are set all the time; the server always has one before it.
  defp keep_busy do
    for n <- 1..20, do: Shop.Prices.put({:other, n}, n)
    Process.sleep(1)
    keep_busy()
  end
end
