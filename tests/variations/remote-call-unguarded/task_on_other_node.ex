defmodule Depot.Render do
  use GenServer

  def start_link(node), do: GenServer.start_link(__MODULE__, node, name: __MODULE__)

  @impl true
  def init(node), do: {:ok, node}

  @impl true
  def handle_cast({:render, order}, node) do
    task = Task.Supervisor.async({Depot.Tasks, node}, Depot.Invoice, :render, [order]) # hazard
    Depot.Store.put(order, Task.await(task))
    {:noreply, node}
  end
end
