defmodule Shop.Cluster.Application do
  @moduledoc "Keeps several shop nodes together."

  use Application

  @impl true
  def start(_type, _args) do
    nodes = Application.get_env(:shop_cluster, :nodes, [])

    if node() != :nonode@nohost do
      Node.set_cookie(:shop_production_7f3a)
      Enum.each(nodes, &Node.connect/1)
    end

    children = [
      {Shop.Cluster.Membership, nodes},
      Shop.Cluster.StockSync,
      Shop.Cluster.Leader
    ]

    Supervisor.start_link(children, strategy: :one_for_one, name: Shop.Cluster.Supervisor)
  end
end
