defmodule Shop.Search do
  @moduledoc "Finds products by the words of their names and tags, in a table that readers look into themselves."

  use GenServer

  require Logger

  @table :shop_search
  @rebuild_ms :timer.minutes(10)

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "The SKUs that carry all words of `text`."
  @spec find(String.t()) :: [String.t()]
  def find(text), do: text |> words() |> intersect()

  @doc "The catalogue is a new one."
  @spec rebuild() :: :ok
  def rebuild, do: GenServer.cast(__MODULE__, :rebuild)

  @impl true
  def init(_opts), do: {:ok, %{timer: nil}, {:continue, :rebuild}}

  @impl true
  def handle_continue(:rebuild, state), do: {:noreply, build(state)}

  @impl true
  def handle_cast(:rebuild, state), do: {:noreply, build(state)}

  @impl true
  def handle_info(:rebuild, state), do: {:noreply, build(state)}

  def handle_info(message, state) do
    Logger.warning("search got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end

  # Rows are replaced in one atomic step before stale ones go, so that a search never meets an empty index.
  defp build(state) do
    if state.timer, do: Process.cancel_timer(state.timer)
    generation = System.unique_integer()

    rows =
      for(product <- Shop.Catalogue.all(), word <- words(product.name) ++ product.tags, do: {word, product.sku})
      |> Enum.group_by(&elem(&1, 0), &elem(&1, 1))
      |> Enum.map(fn {word, skus} -> {word, generation, Enum.uniq(skus)} end)

    :ets.insert(@table, rows)
    :ets.select_delete(@table, [{{:_, :"$1", :_}, [{:"=/=", :"$1", generation}], [true]}])
    %{state | timer: Process.send_after(self(), :rebuild, @rebuild_ms)}
  end

  defp intersect([]), do: []

  defp intersect(words) do
    words
    |> Enum.map(fn word -> MapSet.new(lookup(word)) end)
    |> Enum.reduce(&MapSet.intersection/2)
    |> Enum.sort()
  end

  defp lookup(word) do
    case :ets.lookup(@table, word) do
      [{_word, _generation, skus}] -> skus
      [] -> []
    end
  end

  defp words(text) do
    text |> String.downcase() |> String.split(~r/[^\p{L}\p{N}]+/u, trim: true)
  end
end
