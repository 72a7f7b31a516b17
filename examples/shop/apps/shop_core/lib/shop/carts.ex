defmodule Shop.Carts do
  @moduledoc "Finds a session's cart, or starts one."

  alias Shop.Carts.Cart

  @spec cart_of(String.t()) :: pid()
  def cart_of(session_id) do
    case Registry.lookup(Shop.Carts.Registry, session_id) do
      [{pid, _value}] ->
        pid

      [] ->
        {:ok, pid} = DynamicSupervisor.start_child(Shop.Carts.Supervisor, {Cart, session_id})
        pid
    end
  end

  @spec add(String.t(), String.t(), pos_integer()) :: :ok | {:error, :unknown_product}
  def add(session_id, sku, quantity), do: session_id |> cart_of() |> Cart.add(sku, quantity)

  @spec items(String.t()) :: [{String.t(), pos_integer()}]
  def items(session_id), do: session_id |> cart_of() |> Cart.items()

  @spec empty(String.t()) :: :ok
  def empty(session_id), do: session_id |> cart_of() |> Cart.empty()

  @doc "The customer told us an address, which a reminder may go to."
  @spec remember_email(String.t(), String.t()) :: :ok
  def remember_email(session_id, email), do: session_id |> cart_of() |> Cart.remember_email(email)
end
