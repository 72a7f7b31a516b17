defmodule DepotWeb.Throttle do
  @behaviour Plug
  import Plug.Conn
  require Logger

  @impl true
  def init(options), do: options

  @impl true
  def call(conn, options) do
    key = conn.remote_ip |> :inet.ntoa() |> to_string()

    case Hammer.check_rate("ip:" <> key, 60_000, options[:limit]) do
      {:allow, _count} ->
        conn

      {:deny, limit} ->
        Logger.warning("#{key} is above #{limit} requests a minute") # hazard
        conn |> send_resp(429, "slow down") |> halt()
    end
  end
end
