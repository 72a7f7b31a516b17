defmodule Lab.Cluster.CookieInSource do
  use Lab.Experiment,
    measures: "of two nodes of the shop, those that a stranger enters who has nothing but its source",
    unit: "nodes",
    holds: "hazard == 2 and fix == 0"

  def run(variant) do
    [stranger | shop] = Lab.Cluster.start(3)
    secret = for _ <- 1..20, into: "", do: <<Enum.random(?a..?z)>>
    Lab.Cluster.split([[stranger], shop])
    for node <- shop, do: Lab.Cluster.on(node, fn -> start(secret, stranger) end)
    words = words(variant)
    Enum.count(shop, fn node -> Lab.Cluster.on(stranger, fn -> Enum.any?(words, &enters?(node, &1)) end) end)
  end

  # What the shop's own configuration holds is in no source.
  defp start(secret, stranger) do
    Application.put_env(:shop, :cookie, String.to_atom(secret))
    Shop.Application.start(:normal, [])
    :erlang.set_cookie(stranger, Node.get_cookie())
  end

  # Every atom of the source is tried.
  defp words(variant) do
    path = Path.expand("../../src/rules/cluster/cookie_in_source.md", __DIR__)
    for {_, _, text} <- Lab.Document.blocks(path, variant), [_, word] <- Regex.scan(~r/:([a-z_0-9]+)/, text), do: String.to_atom(word)
  end

  defp enters?(node, word) do
    :erlang.set_cookie(node, word)
    Node.connect(node) == true
  end
end
