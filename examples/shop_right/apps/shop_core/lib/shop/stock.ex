defmodule Shop.Stock do
  @moduledoc """
  What lies on the shelves. Goods are taken off a level when an order reserves them and come back when
  the reservation is released, or when its time is over, whichever node made it.

  Levels are read from a table. Whoever takes goods passes through this process, which calls nobody.
  """

  use GenServer

  require Logger

  alias Shop.{Catalogue, Orders}

  @levels :shop_stock
  @reserved :shop_reserved
  @reorder_point 5
  @hold_seconds 15 * 60
  @sweep_ms :timer.seconds(30)

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @spec available(Catalogue.sku()) :: non_neg_integer()
  def available(sku) do
    case :ets.lookup(@levels, sku) do
      [{_sku, level}] -> level
      [] -> 0
    end
  end

  @doc "Puts products that we did not have before on the shelves; levels that are known stay."
  @spec introduce([Catalogue.product()]) :: :ok
  def introduce(products) do
    Enum.each(products, fn product -> :ets.insert_new(@levels, {product.sku, product.stock}) end)
  end

  @doc "Takes goods off the shelves for fifteen minutes."
  @spec reserve(String.t(), [{Catalogue.sku(), pos_integer()}]) :: :ok | {:error, {:short, [Catalogue.sku()]}}
  def reserve(id, items), do: GenServer.call(__MODULE__, {:reserve, id, items, node()})

  @doc "The fifteen minutes begin anew."
  @spec extend(String.t()) :: :ok | :error
  def extend(id), do: GenServer.call(__MODULE__, {:extend, id})

  @doc "Puts reserved goods back; nothing happens where they are back already."
  @spec release(String.t()) :: :ok
  def release(id), do: GenServer.call(__MODULE__, {:release, id})

  @doc "Puts back several reservations."
  @spec release_all([String.t()]) :: :ok
  def release_all(ids), do: Enum.each(ids, &release/1)

  @doc "As release/1, for processes that must not wait."
  @spec release_later(String.t()) :: :ok
  def release_later(id), do: GenServer.cast(__MODULE__, {:release, id})

  @doc "The goods of a paid order leave the house."
  @spec commit(String.t()) :: :ok
  def commit(id), do: GenServer.call(__MODULE__, {:commit, id})

  @doc """
  Gives back whatever the shop on `node` had reserved, for operators who know that the node is dead. Nobody
  calls this because a node is out of sight: it may still be selling.
  """
  @spec release_node(node()) :: :ok
  def release_node(node), do: GenServer.cast(__MODULE__, {:release_node, node})

  @spec snapshot() :: %{Catalogue.sku() => non_neg_integer()}
  def snapshot, do: @levels |> :ets.tab2list() |> Map.new()

  @spec merge(%{Catalogue.sku() => non_neg_integer()}) :: :ok
  def merge(levels) when is_map(levels), do: GenServer.cast(__MODULE__, {:merge, levels})

  @impl true
  def init(_opts) do
    Process.send_after(self(), :sweep, @sweep_ms)
    {:ok, %{}}
  end

  @impl true
  def handle_call({:reserve, id, items, node}, _from, state) do
    case for {sku, quantity} <- items, available(sku) < quantity, do: sku do
      [] ->
        :ets.insert(@reserved, {id, items, node, now() + @hold_seconds})
        move(items, -1)
        {:reply, :ok, state}

      short ->
        {:reply, {:error, {:short, short}}, state}
    end
  end

  def handle_call({:extend, id}, _from, state) do
    extended? = :ets.update_element(@reserved, id, {4, now() + @hold_seconds})
    {:reply, if(extended?, do: :ok, else: :error), state}
  end

  def handle_call({:release, id}, _from, state) do
    put_back(id)
    {:reply, :ok, state}
  end

  def handle_call({:commit, id}, _from, state) do
    for {_id, items, _node, _until} <- :ets.take(@reserved, id),
        {sku, _quantity} <- items,
        level = available(sku),
        level < @reorder_point do
      # The buyers order what is missing and what customers wait for; the orders know the latter.
      Orders.low(sku, @reorder_point - level)
    end

    {:reply, :ok, state}
  end

  @impl true
  def handle_cast({:release, id}, state) do
    put_back(id)
    {:noreply, state}
  end

  def handle_cast({:release_node, node}, state) do
    for [id] <- :ets.match(@reserved, {:"$1", :_, node, :_}), do: put_back(id)
    {:noreply, state}
  end

  def handle_cast({:merge, levels}, state) do
    for {sku, level} <- levels, level < available(sku), do: :ets.insert(@levels, {sku, level})
    {:noreply, state}
  end

  @impl true
  def handle_info(:sweep, state) do
    over = :ets.select(@reserved, [{{:"$1", :_, :_, :"$2"}, [{:<, :"$2", now()}], [:"$1"]}])
    Enum.each(over, &put_back/1)
    Process.send_after(self(), :sweep, @sweep_ms)
    {:noreply, state}
  end

  def handle_info(message, state) do
    Logger.warning("stock got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end

  defp put_back(id) do
    for {_id, items, _node, _until} <- :ets.take(@reserved, id), do: move(items, 1)
    :ok
  end

  defp move(items, sign) do
    for {sku, quantity} <- items, do: :ets.update_counter(@levels, sku, sign * quantity, {sku, 0})
  end

  defp now, do: System.monotonic_time(:second)
end
