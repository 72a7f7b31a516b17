defmodule DepotWeb.LastSeen do
  def init(options), do: options

  def call(conn, _options) do
    seen = :persistent_term.get(:last_seen, %{})
    :persistent_term.put(:last_seen, Map.put(seen, conn.assigns.user_id, DateTime.utc_now())) # hazard
    conn
  end
end
