defmodule Depot.Application do
  use Application

  @impl true
  def start(_type, _args) do
    children = [
      %{id: Depot.Blocklist, start: {Agent, :start_link, [fn -> Depot.Blocked.load() end, [name: Depot.Blocklist]]}},
      DepotWeb.Endpoint
    ]

    Supervisor.start_link(children, strategy: :one_for_one)
  end
end

defmodule Depot.Blocked do
  def load, do: "blocked.txt" |> File.stream!() |> MapSet.new(&String.trim/1)

  def blocked?(address), do: Agent.get(Depot.Blocklist, &MapSet.member?(&1, address)) # hazard
end

defmodule DepotWeb.BlockPlug do
  @behaviour Plug

  def init(opts), do: opts

  def call(conn, _opts) do
    if Depot.Blocked.blocked?(conn.remote_ip), do: Plug.Conn.halt(conn), else: conn
  end
end
