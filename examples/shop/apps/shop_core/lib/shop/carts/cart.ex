defmodule Shop.Carts.Cart do
  @moduledoc "One customer's cart. It goes away after half an hour without a visit."

  use GenServer

  alias Shop.Catalogue
  alias Shop.Notify.Mailer

  @idle_ms :timer.minutes(30)

  def start_link(session_id) do
    GenServer.start_link(__MODULE__, session_id, name: {:via, Registry, {Shop.Carts.Registry, session_id}})
  end

  def add(cart, sku, quantity), do: GenServer.call(cart, {:add, sku, quantity})
  def items(cart), do: GenServer.call(cart, :items)
  def empty(cart), do: GenServer.call(cart, :empty)
  def remember_email(cart, email), do: GenServer.cast(cart, {:email, email})

  @impl true
  def init(session_id) do
    {:ok, %{session: session_id, items: %{}, email: nil}, @idle_ms}
  end

  @impl true
  def handle_call({:add, sku, quantity}, _from, state) do
    case Catalogue.fetch(sku) do
      {:ok, _product} ->
        items = Map.update(state.items, sku, quantity, &(&1 + quantity))
        {:reply, :ok, %{state | items: items}, @idle_ms}

      :error ->
        {:reply, {:error, :unknown_product}, state, @idle_ms}
    end
  end

  def handle_call(:items, _from, state), do: {:reply, Map.to_list(state.items), state, @idle_ms}
  def handle_call(:empty, _from, state), do: {:reply, :ok, %{state | items: %{}}, @idle_ms}

  @impl true
  def handle_cast({:email, email}, state), do: {:noreply, %{state | email: email}, @idle_ms}

  @impl true
  def handle_info(:timeout, state) do
    if state.email && state.items != %{}, do: remind(state)
    {:stop, :normal, state}
  end

  defp remind(state) do
    Task.start(fn ->
      Mailer.deliver(state.email, "You left something behind", "Your cart is waiting for you.")
    end)
  end
end
