defmodule DepotWeb.NodeLive do
  use Phoenix.LiveView

  def mount(%{"node" => node}, _session, socket) do
    node = String.to_existing_atom(node)
    {:ok, assign(socket, memory: :erpc.call(node, :erlang, :memory, []))} # hazard
  end
end
