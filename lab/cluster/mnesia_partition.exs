defmodule Lab.Cluster.MnesiaPartition do
  use Lab.Experiment,
    measures: "of twenty carts that were written on both sides of a split, those that two nodes still see differently after it",
    unit: "carts",
    holds: "hazard == 20 and fix == 0"

  def run(variant) do
    [a, b] = nodes = Lab.Cluster.start(2)
    for node <- nodes, do: Lab.Cluster.on(node, fn -> start(variant) end)
    Lab.Cluster.on(a, fn -> {:atomic, :ok} = :mnesia.create_table(:carts, attributes: [:id, :owner], ram_copies: [node()]) end)
    Lab.Cluster.on(b, fn -> {:atomic, :ok} = Shop.Store.join(a) end)
    Lab.Cluster.split([[a], [b]])
    for node <- nodes, do: Lab.Cluster.on(node, fn -> for id <- 1..20, do: :mnesia.dirty_write({:carts, id, node()}) end)
    Lab.Cluster.heal(nodes)
    eventually(2_000, fn -> differing(nodes) == 0 end)
    differing(nodes)
  end

  defp start(variant) do
    :ok = :mnesia.start()
    if variant == :fix, do: {:ok, _} = GenServer.start(Shop.Store, [], name: Shop.Store)
  end

  defp differing(nodes) do
    [one, other] = for node <- nodes, do: Lab.Cluster.on(node, fn -> for id <- 1..20, do: cart(id) end)
    Enum.count(Enum.zip(one, other), fn {here, there} -> here != there or here == :away end)
  end

  # The table is away while mnesia starts again.
  defp cart(id) do
    :mnesia.dirty_read(:carts, id)
  catch
    :exit, _ -> :away
  end
end
