defmodule Shop.Search do
  @moduledoc "Finds products by the words of their names and tags."

  use GenServer

  alias Shop.Core.Tables

  @table :shop_search
  @rebuild_ms :timer.minutes(10)

  def start_link(_opts) do
    table = Tables.create(@table, :bag)
    GenServer.start_link(__MODULE__, table, name: __MODULE__)
  end

  @doc "The SKUs that carry all words of `text`."
  @spec find(String.t()) :: [String.t()]
  def find(text), do: GenServer.call(__MODULE__, {:find, words(text)})

  @impl true
  def init(table) do
    index(table, Shop.Catalogue.all())
    Process.send_after(self(), :rebuild, @rebuild_ms)
    {:ok, %{table: table}}
  end

  @impl true
  def handle_call({:find, words}, _from, state) do
    {:reply, intersect(state.table, words), state}
  end

  @impl true
  def handle_info(:rebuild, state) do
    products = Shop.Catalogue.all()
    :ets.delete_all_objects(state.table)
    index(state.table, products)
    Process.send_after(self(), :rebuild, @rebuild_ms)
    {:noreply, state}
  end

  defp index(table, products) do
    for product <- products, word <- words(product.name) ++ product.tags do
      :ets.insert(table, {word, product.sku})
    end
  end

  defp intersect(_table, []), do: []

  defp intersect(table, words) do
    words
    |> Enum.map(fn word -> MapSet.new(:ets.lookup(table, word), &elem(&1, 1)) end)
    |> Enum.reduce(&MapSet.intersection/2)
    |> Enum.sort()
  end

  defp words(text) do
    text |> String.downcase() |> String.split(~r/[^\p{L}\p{N}]+/u, trim: true)
  end
end
