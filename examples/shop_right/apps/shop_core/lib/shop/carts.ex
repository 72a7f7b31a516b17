defmodule Shop.Carts do
  @moduledoc "Finds a session's cart, or starts one. The goods in it are in a table, which outlives its process."

  alias Shop.Carts.Cart

  @table :shop_carts

  @type failure :: {:error, :unavailable}

  @spec add(String.t(), String.t(), pos_integer()) :: :ok | {:error, :unknown_product} | failure()
  def add(session_id, sku, quantity), do: with_cart(session_id, &Cart.add(&1, sku, quantity))

  @spec items(String.t()) :: [{String.t(), pos_integer()}]
  def items(session_id) do
    case :ets.lookup(@table, session_id) do
      [{_session, cart}] -> Map.to_list(cart.items)
      [] -> []
    end
  end

  @spec empty(String.t()) :: :ok | failure()
  def empty(session_id), do: with_cart(session_id, &Cart.empty/1)

  @doc "The customer told us an address, which a reminder may go to."
  @spec remember_email(String.t(), String.t()) :: :ok | failure()
  def remember_email(session_id, email), do: with_cart(session_id, &Cart.remember_email(&1, email))

  @doc "The session is over, and with it its cart."
  @spec forget(String.t()) :: true
  def forget(session_id), do: :ets.delete(@table, session_id)

  # A cart may go away between our start of it and our call to it; one more try finds or starts another.
  defp with_cart(session_id, fun, tries \\ 2)
  defp with_cart(_session_id, _fun, 0), do: {:error, :unavailable}

  defp with_cart(session_id, fun, tries) do
    case start(session_id) do
      {:ok, cart} -> fun.(cart)
      {:error, {:already_started, cart}} -> fun.(cart)
      {:error, _reason} -> {:error, :unavailable}
    end
  catch
    :exit, {reason, {GenServer, :call, _arguments}} when reason in [:noproc, :normal] ->
      with_cart(session_id, fun, tries - 1)
  end

  defp start(session_id) do
    case Registry.lookup(Shop.Carts.Registry, session_id) do
      [{cart, _value}] ->
        {:ok, cart}

      [] ->
        supervisor = {:via, PartitionSupervisor, {Shop.Carts.Supervisor, session_id}}
        DynamicSupervisor.start_child(supervisor, {Cart, session_id})
    end
  end
end
