defmodule Shop.Carts.Cart do
  @moduledoc """
  One customer's cart. It goes away after half an hour without a visit.

  Its content is in a table, so that a cart that crashed is started by the next visit as it was before. That is
  why nobody restarts it: a cart without a customer has nothing to do.
  """

  use GenServer, restart: :temporary

  require Logger

  alias Shop.Catalogue
  alias Shop.Notify.Mailer

  @table :shop_carts
  @idle_ms :timer.minutes(30)

  def start_link(session_id) do
    GenServer.start_link(__MODULE__, session_id, name: {:via, Registry, {Shop.Carts.Registry, session_id}})
  end

  def add(cart, sku, quantity), do: GenServer.call(cart, {:add, sku, quantity})
  def empty(cart), do: GenServer.call(cart, :empty)
  def remember_email(cart, email), do: GenServer.call(cart, {:email, email})

  @impl true
  def init(session_id) do
    cart =
      case :ets.lookup(@table, session_id) do
        [{_session, cart}] -> cart
        [] -> %{items: %{}, email: nil}
      end

    {:ok, %{session: session_id, cart: cart}, @idle_ms}
  end

  @impl true
  def handle_call({:add, sku, quantity}, _from, state) do
    case Catalogue.fetch(sku) do
      {:ok, product} ->
        items = Map.update(state.cart.items, product.sku, quantity, &(&1 + quantity))
        {:reply, :ok, keep(state, %{state.cart | items: items}), @idle_ms}

      :error ->
        {:reply, {:error, :unknown_product}, state, @idle_ms}
    end
  end

  def handle_call(:empty, _from, state), do: {:reply, :ok, keep(state, %{state.cart | items: %{}}), @idle_ms}

  def handle_call({:email, email}, _from, state) do
    {:reply, :ok, keep(state, %{state.cart | email: email}), @idle_ms}
  end

  @impl true
  def handle_info(:timeout, %{cart: cart} = state) do
    if cart.email && cart.items != %{} do
      # A reminder that the mailer has no room for is not sent.
      Mailer.deliver(cart.email, "You left something behind", "Your cart is waiting for you.")
    end

    :ets.delete(@table, state.session)
    {:stop, :normal, state}
  end

  def handle_info(message, state) do
    Logger.warning("cart got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state, @idle_ms}
  end

  defp keep(state, cart) do
    :ets.insert(@table, {state.session, cart})
    %{state | cart: cart}
  end
end
