defmodule Depot.Application do
  use Application

  @impl true
  def start(_type, _args) do
    Depot.Limiter.setup()
    Supervisor.start_link([DepotWeb.Endpoint], strategy: :one_for_one, name: Depot.Supervisor)
  end
end

defmodule Depot.Limiter do
  @table :depot_limiter
  @options [:set, :public, :named_table]

  def setup, do: :ets.new(@table, @options) # hazard

  def hit(key, limit) do
    bucket = {key, div(System.system_time(:second), 60)}

    case :ets.update_counter(@table, bucket, {2, 1}, {bucket, 0}) do
      count when count > limit -> {:error, :limited}
      count -> {:ok, count}
    end
  end
end

defmodule DepotWeb.LimitPlug do
  import Plug.Conn

  def init(options), do: Keyword.get(options, :limit, 100)

  def call(conn, limit) do
    with {:error, :limited} <- Depot.Limiter.hit(conn.remote_ip, limit) do
      conn |> send_resp(429, "") |> halt()
    else
      {:ok, _} -> conn
    end
  end
end
