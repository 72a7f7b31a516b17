defmodule DepotWeb.Basket do
  import Plug.Conn

  def init(options), do: options

  def call(conn, _options) do
    conn = fetch_cookies(conn)
    assign(conn, :basket, restore(conn.cookies["basket"]))
  end

  defp restore(nil), do: []

  defp restore(cookie) do
    case Base.decode64(cookie) do
      {:ok, packed} -> Plug.Crypto.non_executable_binary_to_term(packed) # hazard
      :error -> []
    end
  end
end
