defmodule DepotWeb.Hook do
  import Plug.Conn

  def init(options), do: options

  def call(conn, _options) do
    {:ok, body, conn} = read_body(conn)
    event = Jason.decode!(body, keys: :atoms) # hazard
    Depot.Events.handle(event)
    send_resp(conn, 204, "")
  end
end
