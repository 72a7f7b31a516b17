defmodule Shop.Pricing do
  @moduledoc "Prices of products and carts in the customer's currency."

  alias Shop.Catalogue
  alias Shop.Pricing.Rates

  @type amount :: %{cents: non_neg_integer(), currency: atom()}

  @currencies %{"EUR" => :EUR, "USD" => :USD, "GBP" => :GBP, "CHF" => :CHF}

  @doc "The currency a customer asked for; euro where we do not take it."
  @spec currency(String.t() | nil) :: atom()
  def currency(nil), do: :EUR
  def currency(text), do: Map.get(@currencies, String.upcase(text), :EUR)

  @doc "The currency of an ISO code, if we take it."
  @spec known_currency(String.t()) :: {:ok, atom()} | :error
  def known_currency(text), do: Map.fetch(@currencies, text)

  @spec product(Catalogue.sku(), atom()) :: {:ok, amount()} | :error
  def product(sku, currency) do
    with {:ok, cents} <- Catalogue.price(sku), do: {:ok, convert(cents, currency)}
  end

  @doc "The sum over `{sku, quantity}` pairs; products that are no longer sold count nothing."
  @spec total([{Catalogue.sku(), pos_integer()}], atom()) :: amount()
  def total(items, currency) do
    items
    |> Enum.reduce(0, fn {sku, quantity}, sum ->
      case Catalogue.price(sku) do
        {:ok, cents} -> sum + cents * quantity
        :error -> sum
      end
    end)
    |> convert(currency)
  end

  @doc "A price of ours in another currency; in euro where there is no rate."
  @spec convert(non_neg_integer(), atom()) :: amount()
  def convert(cents, currency) do
    case Rates.rate(currency) do
      {:ok, rate} -> %{cents: round(cents * rate), currency: currency}
      :error -> %{cents: cents, currency: :EUR}
    end
  end
end
