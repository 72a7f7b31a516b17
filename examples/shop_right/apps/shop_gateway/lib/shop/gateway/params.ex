defmodule Shop.Gateway.Params do
  @moduledoc "Query strings and form bodies as maps of text, which the router matches on."

  alias Shop.Gateway.Http

  @spec of(Http.request()) :: %{String.t() => String.t()}
  def of(request) do
    Map.merge(decode(request.query), form(request.headers["content-type"], request.body))
  end

  @spec decode(String.t()) :: %{String.t() => String.t()}
  def decode(text), do: URI.decode_query(text)

  defp form("application/x-www-form-urlencoded" <> _, body), do: decode(body)
  defp form(_type, _body), do: %{}
end
