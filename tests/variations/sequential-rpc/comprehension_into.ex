defmodule DepotWeb.ClusterLive do
  use Phoenix.LiveView

  def mount(_params, _session, socket) do
    memory = for node <- [node() | Node.list()], into: %{}, do: {node, :erpc.call(node, :erlang, :memory, [:total], 5_000)} # hazard
    {:ok, assign(socket, memory: memory)}
  end
end
