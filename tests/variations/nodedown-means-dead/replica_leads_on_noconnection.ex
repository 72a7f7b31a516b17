defmodule Depot.Replica do
  use GenServer

  def start_link(leader), do: GenServer.start_link(__MODULE__, leader, name: __MODULE__)

  @impl true
  def init(leader) do
    Process.monitor(leader)
    {:ok, %{role: :follower, leader: leader}}
  end

  @impl true
  def handle_info({:DOWN, _ref, :process, leader, :noconnection}, %{leader: leader} = state) do
    {:noreply, become_leader(state)} # hazard
  end

  defp become_leader(state) do
    Depot.Writer.start_writing()
    %{state | role: :leader, leader: self()}
  end
end
