defmodule Shop.Cluster.Application do
  @moduledoc "Keeps several shop nodes together. The cookie is the release's business, not the code's."

  use Application

  @impl true
  def start(_type, _args) do
    nodes = Application.get_env(:shop_cluster, :nodes, [])

    children = [
      {Task.Supervisor, name: Shop.Cluster.Tasks},
      {Shop.Cluster.Membership, nodes},
      Shop.Cluster.StockSync,
      {Shop.Cluster.Leader, nodes}
    ]

    Supervisor.start_link(children,
      strategy: :rest_for_one,
      max_restarts: 10,
      max_seconds: 60,
      name: Shop.Cluster.Supervisor
    )
  end
end
