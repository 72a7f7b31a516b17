defmodule Shop.Gateway.Params do
  @moduledoc "Query strings and form bodies as maps with atom keys, which the router matches on."

  alias Shop.Gateway.Http

  @spec of(Http.request()) :: %{atom() => String.t()}
  def of(request) do
    Map.merge(decode(request.query), form(request.headers["content-type"], request.body))
  end

  @spec decode(String.t()) :: %{atom() => String.t()}
  def decode(text) do
    for {key, value} <- URI.decode_query(text), into: %{}, do: {String.to_atom(key), value}
  end

  defp form("application/x-www-form-urlencoded" <> _, body), do: decode(body)
  defp form(_type, _body), do: %{}
end
