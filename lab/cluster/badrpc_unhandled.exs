defmodule Lab.Cluster.BadrpcUnhandled do
  use Lab.Experiment,
    measures: "of three questions to a node that has gone, those that end whoever asks",
    unit: "questions",
    holds: "hazard == 3 and fix == 0"

  def run(_variant) do
    [a, b] = Lab.Cluster.start(2)
    Lab.Cluster.kill(b)
    true = eventually(3_000, fn -> Lab.Cluster.on(a, fn -> Node.list() end) == [] end)

    Lab.Cluster.on(a, fn ->
      questions = [fn -> Shop.Remote.stock(b, :bread) end, fn -> Shop.Remote.skus(b) end, fn -> Shop.Remote.price(b, :bread) end]
      Enum.count(questions, &match?({:exit, _}, outcome(3_000, &1)))
    end)
  end
end
