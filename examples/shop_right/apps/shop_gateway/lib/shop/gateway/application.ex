defmodule Shop.Gateway.Application do
  @moduledoc "The shop's edge: HTTP over plain TCP; TLS ends at the load balancer before us."

  use Application

  alias Shop.Gateway.Listener

  @tables [
    shop_metrics: [:set, write_concurrency: true, read_concurrency: true],
    shop_sessions: [:set, write_concurrency: true]
  ]

  @impl true
  def start(_type, _args) do
    children = [
      {Shop.Core.Tables, name: Shop.Gateway.Tables, tables: @tables},
      Shop.Gateway.Metrics,
      Shop.Gateway.Sessions,
      {PartitionSupervisor, child_spec: {Task.Supervisor, max_children: 500}, name: Shop.Gateway.Connections},
      Listener,
      Supervisor.child_spec({Task, &Listener.accept_loop/0}, id: :acceptor, restart: :permanent)
    ]

    Supervisor.start_link(children,
      strategy: :rest_for_one,
      max_restarts: 10,
      max_seconds: 60,
      name: Shop.Gateway.Supervisor
    )
  end
end
