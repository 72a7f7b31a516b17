defmodule Depot.Board do
  use GenServer

  def start_link(node), do: GenServer.start_link(__MODULE__, node, name: __MODULE__)

  @impl true
  def init(node), do: {:ok, %{node: node, prices: %{}}}

  @impl true
  def handle_cast(:refresh, state) do
    prices = Agent.get({Depot.Prices, state.node}, Map, :take, [[:bread, :milk]]) # hazard
    {:noreply, %{state | prices: prices}}
  end
end
