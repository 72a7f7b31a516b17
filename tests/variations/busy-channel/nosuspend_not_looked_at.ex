defmodule Depot.Replicator do
  use GenServer

  def start_link(peer), do: GenServer.start_link(__MODULE__, peer, name: __MODULE__)

  @impl true
  def init(peer), do: {:ok, peer}

  @impl true
  def handle_cast({:order, order}, peer) do
    Process.send({Depot.Replica, peer}, {:order, order}, [:nosuspend, :noconnect]) # hazard
    {:noreply, peer}
  end
end
