defmodule Shop.Orders do
  @moduledoc "Orders from the moment they are placed until they are delivered."

  use GenServer

  require Logger

  alias Shop.Orders.Journal
  alias Shop.Stock
  alias Shop.Notify.{Mailer, Webhooks}

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "Charges the customer and books the order. `request` carries :id, :email, :items, :amount and :card."
  @spec place(map()) :: {:ok, map()} | {:error, term()}
  def place(request), do: GenServer.call(__MODULE__, {:place, request})

  @doc "Notes an order that waits until its goods are in the house again."
  @spec backorder(map()) :: :ok
  def backorder(request), do: GenServer.cast(__MODULE__, {:backorder, request})

  @spec fetch(String.t()) :: {:ok, map()} | :error
  def fetch(id), do: GenServer.call(__MODULE__, {:fetch, id})

  @spec all() :: [map()]
  def all, do: GenServer.call(__MODULE__, :all)

  @doc "How many pieces of `sku` customers wait for."
  @spec backordered(String.t()) :: non_neg_integer()
  def backordered(sku), do: GenServer.call(__MODULE__, {:backordered, sku})

  @impl true
  def init(_opts), do: {:ok, %{orders: %{}, number: 1}}

  @impl true
  def handle_call({:place, request}, _from, state) do
    %{cents: cents, currency: currency} = request.amount

    case :payment.charge(request.id, cents, currency, request.card) do
      {:ok, receipt} ->
        order = Map.merge(request, %{number: state.number, receipt: receipt, status: :paid})
        :ok = Stock.commit(request.id)
        :ok = Journal.append(order)
        announce(order)
        orders = Map.put(state.orders, order.id, order)
        {:reply, {:ok, order}, %{state | orders: orders, number: state.number + 1}}

      {:error, reason} ->
        {:reply, {:error, reason}, state}
    end
  rescue
    error ->
      Logger.warning("order #{request.id} failed: #{inspect(error)}")
      {:reply, {:error, :unavailable}, state}
  end

  def handle_call({:fetch, id}, _from, state), do: {:reply, Map.fetch(state.orders, id), state}

  def handle_call(:all, _from, state), do: {:reply, Map.values(state.orders), state}

  def handle_call({:backordered, sku}, _from, state) do
    count =
      for {_id, %{status: :waiting, items: items}} <- state.orders,
          {^sku, quantity} <- items,
          reduce: 0 do
        sum -> sum + quantity
      end

    {:reply, count, state}
  end

  @impl true
  def handle_cast({:backorder, request}, state) do
    order = Map.merge(request, %{number: state.number, status: :waiting})
    orders = Map.put(state.orders, order.id, order)
    {:noreply, %{state | orders: orders, number: state.number + 1}}
  end

  defp announce(order) do
    Mailer.deliver(order.email, "Your order #{order.number}", "Thank you for your order.")
    Webhooks.publish("order.paid", order)
  end
end
