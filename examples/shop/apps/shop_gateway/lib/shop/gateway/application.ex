defmodule Shop.Gateway.Application do
  @moduledoc "The shop's edge: HTTP over plain TCP; TLS ends at the load balancer before us."

  use Application

  @impl true
  def start(_type, _args) do
    children = [
      Shop.Gateway.Metrics,
      Shop.Gateway.Sessions,
      Shop.Gateway.Listener
    ]

    Supervisor.start_link(children, strategy: :one_for_one, name: Shop.Gateway.Supervisor)
  end
end
