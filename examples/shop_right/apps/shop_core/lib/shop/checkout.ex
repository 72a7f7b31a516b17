defmodule Shop.Checkout do
  @moduledoc "From a cart to a paid order. All of it runs in the process of the customer's connection."

  alias Shop.{Carts, Orders, Pricing}
  alias Shop.Stock.Reservations

  # The load balancer gives up after 30 seconds; the bank gets what is left of 20.
  @deadline_ms 20_000

  @spec run(String.t(), %{email: String.t(), card: String.t(), currency: atom()}) ::
          {:ok, map()} | {:error, term()}
  def run(session_id, customer) do
    case Carts.items(session_id) do
      [] -> {:error, :empty_cart}
      items -> order(session_id, items, customer)
    end
  end

  defp order(session_id, items, customer) do
    deadline = System.monotonic_time(:millisecond) + @deadline_ms
    # Only a reminder is lost where the cart cannot be told.
    Carts.remember_email(session_id, customer.email)

    request = %{
      id: order_id(),
      items: items,
      email: customer.email,
      card: customer.card,
      amount: Pricing.total(items, customer.currency)
    }

    with :ok <- Reservations.hold(request.id, items),
         {:ok, order} <- pay(request, deadline) do
      Reservations.confirm(request.id)
      Carts.empty(session_id)
      {:ok, order}
    else
      {:error, {:short, _skus}} = error ->
        Orders.backorder(request)
        error

      {:error, reason} ->
        {:error, reason}
    end
  end

  defp pay(request, deadline) do
    case Orders.place(request, max(deadline - System.monotonic_time(:millisecond), 1)) do
      {:ok, order} ->
        {:ok, order}

      {:error, reason} ->
        Reservations.cancel(request.id)
        {:error, reason}
    end
  end

  defp order_id, do: Base.encode16(:crypto.strong_rand_bytes(8), case: :lower)
end
