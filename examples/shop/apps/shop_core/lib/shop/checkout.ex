defmodule Shop.Checkout do
  @moduledoc "From a cart to a paid order."

  alias Shop.{Carts, Orders, Pricing}
  alias Shop.Stock.Reservations

  @spec run(String.t(), %{email: String.t(), card: String.t(), currency: atom()}) ::
          {:ok, map()} | {:error, term()}
  def run(session_id, customer) do
    case Carts.items(session_id) do
      [] -> {:error, :empty_cart}
      items -> order(session_id, items, customer)
    end
  end

  defp order(session_id, items, customer) do
    id = order_id()
    Carts.remember_email(session_id, customer.email)

    request = %{
      id: id,
      items: items,
      email: customer.email,
      card: customer.card,
      amount: Pricing.total(items, customer.currency)
    }

    with :ok <- Reservations.hold(id, items),
         {:ok, order} <- pay(request) do
      Reservations.confirm(id)
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

  defp pay(request) do
    case Orders.place(request) do
      {:ok, order} ->
        {:ok, order}

      {:error, reason} ->
        Reservations.cancel(request.id)
        {:error, reason}
    end
  end

  defp order_id, do: Base.encode16(:crypto.strong_rand_bytes(8), case: :lower)
end
