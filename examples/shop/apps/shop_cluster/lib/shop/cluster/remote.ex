defmodule Shop.Cluster.Remote do
  @moduledoc "What we ask of the shops on other nodes."

  alias Shop.{Catalogue, Stock}

  @doc "The stock levels that `node` knows."
  @spec stock(node()) :: %{String.t() => non_neg_integer()}
  def stock(node), do: :rpc.call(node, Stock, :snapshot, [])

  @doc "How much of `sku` there is on `node`."
  @spec available(node(), String.t()) :: non_neg_integer()
  def available(node, sku), do: GenServer.call({Stock, node}, {:available, sku})

  @doc "Lets every node load the catalogue again, for operators at the console."
  @spec reload_everywhere() :: :ok
  def reload_everywhere do
    :rpc.multicall(Catalogue, :reload, [])
    :ok
  end

  @doc "Drops the reservations whose ids `stale?` picks, on every other node."
  @spec release_stale((String.t() -> boolean()), [String.t()]) :: :ok
  def release_stale(stale?, ids) do
    Enum.each(Node.list(), fn node ->
      Node.spawn(node, fn -> ids |> Enum.filter(stale?) |> Enum.each(&Stock.release/1) end)
    end)
  end
end
