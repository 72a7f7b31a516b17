defmodule Shop.Gateway.Router do
  @moduledoc "What each address of the shop does."

  alias Shop.{Carts, Catalogue, Checkout, Orders, Pricing, Search, Stock}
  alias Shop.Gateway.{Http, Metrics, Params, Sessions}
  alias Shop.Notify.Webhooks

  @spec handle(Http.request()) :: Http.response()
  def handle(request) do
    {session, headers} = Sessions.of(request.headers)
    params = Params.of(request)
    {status, body} = route(request.method, String.split(request.path, "/", trim: true), params, session, request)
    {status, body, headers}
  end

  defp route("GET", ["health"], _params, _session, _request) do
    {200, %{status: "ok", requests: Metrics.total(), stock: Stock.available("mug-blue")}}
  end

  defp route("GET", ["products"], params, _session, _request) do
    currency = Pricing.currency(params[:currency])
    {200, Enum.map(Catalogue.all(), &product(&1, currency))}
  end

  defp route("GET", ["products", sku], params, _session, _request) do
    case Catalogue.fetch(sku) do
      {:ok, product} -> {200, product(product, Pricing.currency(params[:currency]))}
      :error -> {404, %{error: "no such product"}}
    end
  end

  defp route("GET", ["search"], params, _session, _request) do
    {200, Search.find(params[:q] || "")}
  end

  defp route("GET", ["cart"], params, session, _request) do
    items = Carts.items(session)
    total = Pricing.total(items, Pricing.currency(params[:currency]))
    {200, %{items: Map.new(items), total: total}}
  end

  defp route("POST", ["cart", "items"], %{sku: sku, quantity: quantity}, session, _request) do
    with {quantity, ""} when quantity > 0 <- Integer.parse(quantity),
         :ok <- Carts.add(session, sku, quantity) do
      {201, %{items: Map.new(Carts.items(session))}}
    else
      {:error, :unknown_product} -> {404, %{error: "no such product"}}
      _other -> {400, %{error: "bad quantity"}}
    end
  end

  defp route("POST", ["checkout"], %{email: email, card: card} = params, session, _request) do
    customer = %{email: email, card: card, currency: Pricing.currency(params[:currency])}

    case Checkout.run(session, customer) do
      {:ok, order} -> {201, %{order: order.id, number: order.number, status: order.status}}
      {:error, :empty_cart} -> {400, %{error: "the cart is empty"}}
      {:error, {:short, skus}} -> {409, %{error: "not in stock", products: skus}}
      {:error, :declined} -> {402, %{error: "the card was declined"}}
      {:error, _reason} -> {503, %{error: "please try again later"}}
    end
  end

  defp route("GET", ["orders", id], _params, _session, _request) do
    case Orders.fetch(id) do
      {:ok, order} -> {200, %{order: order.id, status: order.status, amount: order.amount}}
      :error -> {404, %{error: "no such order"}}
    end
  end

  defp route("POST", ["webhooks"], %{url: url}, _session, _request) do
    Webhooks.register(url)
    {201, %{status: "pending"}}
  end

  defp route("POST", ["payments", "callback"], _params, _session, request) do
    case :payment.callback(request.body) do
      :ok -> {200, %{status: "ok"}}
      {:error, _reason} -> {400, %{error: "not understood"}}
    end
  end

  defp route(_method, _path, _params, _session, _request), do: {404, %{error: "not found"}}

  defp product(product, currency) do
    {:ok, price} = Pricing.product(product.sku, currency)
    %{sku: product.sku, name: product.name, price: price, tags: product.tags}
  end
end
