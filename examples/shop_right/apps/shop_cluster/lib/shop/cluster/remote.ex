defmodule Shop.Cluster.Remote do
  @moduledoc """
  What we ask of the shops on other nodes. All nodes are asked at once, none may take longer than its time, and
  every way of failing is an answer. Still, a peer that hangs can block whoever sends to it: call this from tasks
  and from processes of single requests only.
  """

  alias Shop.{Catalogue, Stock}

  @wait_ms 2_000

  @doc "The stock levels that each of `nodes` knows, as far as they answer."
  @spec stock([node()]) :: [{node(), {:ok, %{String.t() => non_neg_integer()}} | {:error, term()}}]
  def stock(nodes), do: ask(nodes, Stock, :snapshot, [])

  @doc "How much of `sku` there is on `node`."
  @spec available(node(), String.t()) :: {:ok, non_neg_integer()} | {:error, term()}
  def available(node, sku) do
    [{^node, answer}] = ask([node], Stock, :available, [sku])
    answer
  end

  @doc "Lets every node load the catalogue again, for operators at the console; returns the nodes that could not be told."
  @spec reload_everywhere() :: [node()]
  def reload_everywhere do
    for {node, {:error, _reason}} <- ask([node() | Node.list()], Catalogue, :reload, []), do: node
  end

  @doc "Drops the reservations whose ids `stale?` picks, on every other node; returns the nodes that failed."
  @spec release_stale((String.t() -> boolean()), [String.t()]) :: [node()]
  def release_stale(stale?, ids) do
    # The function stays here, for the other nodes may run another release of it.
    stale = Enum.filter(ids, stale?)
    for {node, {:error, _reason}} <- ask(Node.list(), Stock, :release_all, [stale]), do: node
  end

  defp ask(nodes, module, function, arguments) do
    nodes
    |> :erpc.multicall(module, function, arguments, @wait_ms)
    |> Enum.zip_with(nodes, fn answer, node -> {node, result(answer)} end)
  end

  # A call over nodes succeeds, throws, exits or raises; erpc's own failures are raised, too.
  defp result({:ok, value}), do: {:ok, value}
  defp result({:throw, value}), do: {:error, {:throw, value}}
  defp result({:exit, reason}), do: {:error, {:exit, reason}}
  defp result({:error, reason}), do: {:error, reason}
end
