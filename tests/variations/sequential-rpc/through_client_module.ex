defmodule Depot.Client do
  def levels(node) do
    GenServer.call({Depot.Stock, node}, :levels, 5_000)
  catch
    :exit, _ -> %{}
  end
end

defmodule Depot.Overview do
  use GenServer

  def start_link(nodes), do: GenServer.start_link(__MODULE__, nodes, name: __MODULE__)
  def levels, do: GenServer.call(__MODULE__, :levels)

  @impl true
  def init(nodes), do: {:ok, %{nodes: nodes}}

  @impl true
  def handle_call(:levels, _from, state) do
    levels = Enum.reduce(state.nodes, %{}, fn node, all -> Map.merge(all, Depot.Client.levels(node)) end) # hazard
    {:reply, levels, state}
  end
end
