defmodule Depot.Throttle do
  use Agent

  def start_link(_), do: Agent.start_link(fn -> %{} end, name: __MODULE__)

  def hit(ip) do
    Agent.get_and_update(__MODULE__, fn hits ->
      count = Map.get(hits, ip, 0) + 1
      {count, Map.put(hits, ip, count)} # hazard
    end)
  end
end

defmodule DepotWeb.Throttled do
  import Plug.Conn

  def init(options), do: options

  def call(conn, _options) do
    if Depot.Throttle.hit(conn.remote_ip) > 100, do: conn |> send_resp(429, "") |> halt(), else: conn
  end
end
