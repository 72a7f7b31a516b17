defmodule Depot.Limits do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  def hit(user_id) do
    minute = div(System.system_time(:second), 60)
    :ets.update_counter(:depot_limits, {user_id, minute}, 1, {{user_id, minute}, 0}) # hazard
  end

  @impl true
  def init(_) do
    :ets.new(:depot_limits, [:named_table, :public, write_concurrency: true])
    {:ok, nil}
  end
end

defmodule DepotWeb.Limited do
  def init(options), do: options
  def call(conn, _options), do: if(Depot.Limits.hit(conn.assigns.user_id) > 60, do: Plug.Conn.halt(conn), else: conn)
end
