defmodule Shop.Reports.Sales do
  @moduledoc "Sales figures, added up over all paid orders."

  use GenServer

  alias Shop.{Catalogue, Orders}

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "Pieces sold and cents earned by tag, as of now."
  @spec summary(Date.t()) :: %{String.t() => {non_neg_integer(), non_neg_integer()}}
  def summary(day), do: GenServer.call(__MODULE__, {:summary, day})

  @impl true
  def init(_opts), do: {:ok, %{}}

  @impl true
  def handle_call({:summary, day}, _from, state) do
    summary = summarise(for %{status: :paid} = order <- Orders.all(), do: order)
    :persistent_term.put({__MODULE__, day}, summary)
    {:reply, summary, state}
  end

  defp summarise(orders) do
    orders
    |> Enum.map(fn order -> Task.async(fn -> lines(order) end) end)
    |> Enum.flat_map(&Task.await/1)
    |> Enum.reduce(%{}, fn {tag, pieces, cents}, sums ->
      Map.update(sums, tag, {pieces, cents}, fn {p, c} -> {p + pieces, c + cents} end)
    end)
  end

  defp lines(order) do
    for {sku, quantity} <- order.items,
        {:ok, product} <- [Catalogue.fetch(sku)],
        tag <- product.tags do
      {tag, quantity, quantity * product.price_cents}
    end
  end
end
