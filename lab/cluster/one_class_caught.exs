defmodule Lab.Cluster.OneClassCaught do
  use Lab.Experiment,
    measures: "of four failures of another node (it raises, exits, throws, and is gone), those that end whoever asks",
    unit: "failures",
    holds: "hazard == 3 and fix == 0"

  def run(_variant) do
    [a, b] = Lab.Cluster.start(2)
    raised = Lab.Cluster.on(a, fn -> Enum.count([:raises, :exits, :throws], &ends?(fn -> Shop.Remote.call(b, __MODULE__, &1, []) end)) end)
    Lab.Cluster.kill(b)
    true = eventually(3_000, fn -> Lab.Cluster.on(a, fn -> Node.list() end) == [] end)
    raised + Lab.Cluster.on(a, fn -> if ends?(fn -> Shop.Remote.reserve(b, :bread) end), do: 1, else: 0 end)
  end

  def raises, do: raise("no stock")
  # As a GenServer.call over there that times out.
  def exits, do: exit({:timeout, {GenServer, :call, [Shop.Stock, :total, 5_000]}})
  def throws, do: throw(:no_stock)

  defp ends?(fun), do: match?({:exit, _}, outcome(3_000, fun))
end
