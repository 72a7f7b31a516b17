defmodule Shop.Stock do
  @moduledoc """
  What lies on the shelves. Goods are taken off a level when an order reserves them and come back when
  the reservation is released.
  """

  use GenServer

  require Logger

  alias Shop.{Catalogue, Orders}

  @reorder_point 5

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @spec available(Catalogue.sku()) :: non_neg_integer()
  def available(sku), do: GenServer.call(__MODULE__, {:available, sku})

  @spec reserve(String.t(), [{Catalogue.sku(), pos_integer()}]) :: :ok | {:error, {:short, [Catalogue.sku()]}}
  def reserve(id, items), do: GenServer.call(__MODULE__, {:reserve, id, items, node()})

  @spec release(String.t()) :: :ok
  def release(id), do: GenServer.call(__MODULE__, {:release, id})

  @doc "The goods of a paid order leave the house."
  @spec commit(String.t()) :: :ok
  def commit(id), do: GenServer.call(__MODULE__, {:commit, id})

  @doc "Gives back whatever the shop on `node` had reserved."
  @spec release_node(node()) :: :ok
  def release_node(node), do: GenServer.cast(__MODULE__, {:release_node, node})

  @spec snapshot() :: %{Catalogue.sku() => non_neg_integer()}
  def snapshot, do: GenServer.call(__MODULE__, :snapshot)

  @spec merge(%{Catalogue.sku() => non_neg_integer()}) :: :ok
  def merge(levels), do: GenServer.cast(__MODULE__, {:merge, levels})

  @impl true
  def init(_opts) do
    levels = Map.new(Catalogue.all(), &{&1.sku, &1.stock})
    {:ok, %{levels: levels, reserved: %{}}}
  end

  @impl true
  def handle_call({:available, sku}, _from, state) do
    {:reply, Map.get(state.levels, sku, 0), state}
  end

  def handle_call(:snapshot, _from, state), do: {:reply, state.levels, state}

  def handle_call({:reserve, id, items, node}, _from, state) do
    case for {sku, quantity} <- items, Map.get(state.levels, sku, 0) < quantity, do: sku do
      [] ->
        reserved = Map.put(state.reserved, id, {items, node})
        {:reply, :ok, %{state | levels: move(state.levels, items, -1), reserved: reserved}}

      short ->
        {:reply, {:error, {:short, short}}, state}
    end
  end

  def handle_call({:release, id}, _from, state), do: {:reply, :ok, put_back(state, id)}

  def handle_call({:commit, id}, _from, state) do
    {{items, _node}, reserved} = Map.pop(state.reserved, id, {[], node()})
    Enum.each(items, fn {sku, _quantity} -> check_level(sku, Map.get(state.levels, sku, 0)) end)
    {:reply, :ok, %{state | reserved: reserved}}
  end

  @impl true
  def handle_cast({:release_node, node}, state) do
    ids = for {id, {_items, ^node}} <- state.reserved, do: id
    {:noreply, Enum.reduce(ids, state, &put_back(&2, &1))}
  end

  def handle_cast({:merge, levels}, state) do
    {:noreply, %{state | levels: Map.merge(state.levels, levels, fn _sku, a, b -> min(a, b) end)}}
  end

  # The buyers order what is missing on the shelf plus what customers already wait for.
  defp check_level(sku, level) when level < @reorder_point do
    waiting = Orders.backordered(sku)
    Logger.info("reorder #{sku}: #{@reorder_point - level + waiting}")
  end

  defp check_level(_sku, _level), do: :ok

  defp put_back(state, id) do
    {{items, _node}, reserved} = Map.pop(state.reserved, id, {[], node()})
    %{state | levels: move(state.levels, items, 1), reserved: reserved}
  end

  defp move(levels, items, sign) do
    Enum.reduce(items, levels, fn {sku, quantity}, levels ->
      Map.update(levels, sku, 0, &(&1 + sign * quantity))
    end)
  end
end
