defmodule Shop.Orders do
  @moduledoc """
  Orders from the moment they are placed until they are delivered.

  An order is placed by the process that wants it: it charges, writes the journal and enters the order into the
  table. This process reads the journal at start, reorders goods and drops old orders; nobody waits for it.
  """

  use GenServer

  require Logger

  alias Shop.Orders.Journal
  alias Shop.Notify.{Mailer, Webhooks}

  @table :shop_orders
  @number :shop_order_number
  @keep_seconds 90 * 24 * 3600
  @prune_ms :timer.hours(1)

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc """
  Charges the customer and books the order. `request` carries :id, :email, :items, :amount and :card; the card
  is not kept. Waits no longer than `timeout_ms` for the bank.
  """
  @spec place(map(), pos_integer()) :: {:ok, map()} | {:error, term()}
  def place(request, timeout_ms) do
    %{cents: cents, currency: currency} = request.amount

    with {:ok, number} <- next_number(),
         {:ok, receipt} <- :payment.charge(request.id, cents, currency, request.card, timeout_ms) do
      book(entry(request, %{number: number, receipt: receipt, status: :paid}))
    end
  end

  @doc "Notes an order that waits until its goods are in the house again."
  @spec backorder(map()) :: :ok | {:error, term()}
  def backorder(request) do
    with {:ok, number} <- next_number() do
      :ets.insert(@table, row(entry(request, %{number: number, status: :waiting})))
      :ok
    end
  end

  @spec fetch(String.t()) :: {:ok, map()} | :error
  def fetch(id) do
    case :ets.lookup(@table, id) do
      [{_id, _status, _at, order}] -> {:ok, order}
      [] -> :error
    end
  end

  @spec all() :: [map()]
  def all, do: :ets.select(@table, [{{:_, :_, :_, :"$1"}, [], [:"$1"]}])

  @doc "How many pieces of `sku` customers wait for."
  @spec backordered(String.t()) :: non_neg_integer()
  def backordered(sku) do
    waiting = :ets.select(@table, [{{:_, :waiting, :_, :"$1"}, [], [:"$1"]}])
    for %{items: items} <- waiting, {^sku, quantity} <- items, reduce: 0, do: (sum -> sum + quantity)
  end

  @doc "The shelf of `sku` misses `pieces`."
  @spec low(String.t(), pos_integer()) :: :ok
  def low(sku, pieces), do: GenServer.cast(__MODULE__, {:low, sku, pieces})

  @impl true
  def init(_opts), do: {:ok, %{}, {:continue, :recover}}

  # The table outlives us, so there is something to read only after the whole shop was down.
  @impl true
  def handle_continue(:recover, state) do
    if :ets.info(@number, :size) == 0 do
      orders = Journal.read()
      :ets.insert(@table, Enum.map(orders, &row/1))
      :ets.insert(@number, {:last, orders |> Enum.map(& &1.number) |> Enum.max(fn -> 0 end)})
    end

    Process.send_after(self(), :prune, @prune_ms)
    {:noreply, state}
  end

  @impl true
  def handle_cast({:low, sku, pieces}, state) do
    Logger.info("reorder #{sku}: #{pieces + backordered(sku)}")
    {:noreply, state}
  end

  @impl true
  def handle_info(:prune, state) do
    limit = System.os_time(:second) - @keep_seconds
    :ets.select_delete(@table, [{{:_, :_, :"$1", :_}, [{:<, :"$1", limit}], [true]}])
    Process.send_after(self(), :prune, @prune_ms)
    {:noreply, state}
  end

  def handle_info(message, state) do
    Logger.warning("orders got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end

  # The journal comes first: an order that is in the table is on disk. What cannot be written is paid back.
  defp book(order) do
    case Journal.append(order) do
      :ok ->
        :ets.insert(@table, row(order))
        announce(order)
        {:ok, order}

      {:error, reason} ->
        :payment.refund(order.id, order.amount.cents)
        {:error, reason}
    end
  end

  # Telling others is a courtesy: an order stands even where mail and partners cannot be reached.
  defp announce(order) do
    Mailer.deliver(order.email, "Your order #{order.number}", "Thank you for your order.")
    Webhooks.publish("order.paid", Map.take(order, [:number, :status]))
  end

  defp next_number do
    {:ok, :ets.update_counter(@number, :last, 1)}
  rescue
    # There is no number before the journal is read.
    ArgumentError -> {:error, :starting}
  end

  defp entry(request, more) do
    request
    |> Map.take([:id, :email, :items, :amount])
    |> Map.merge(more)
    |> Map.put(:at, System.os_time(:second))
  end

  defp row(order), do: {order.id, order.status, order.at, order}
end
