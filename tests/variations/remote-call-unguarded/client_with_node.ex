defmodule Depot.Stock do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def levels(node), do: GenServer.call(server(node), :levels) # hazard

  defp server(node), do: {__MODULE__, node}

  @impl true
  def init(_), do: {:ok, %{}}

  @impl true
  def handle_call(:levels, _from, levels), do: {:reply, levels, levels}
end

defmodule Depot.Compare do
  use GenServer

  def start_link(peer), do: GenServer.start_link(__MODULE__, peer, name: __MODULE__)

  @impl true
  def init(peer) do
    Process.send_after(self(), :compare, 1_000)
    {:ok, peer}
  end

  @impl true
  def handle_info(:compare, peer) do
    Depot.Report.store(peer, Depot.Stock.levels(peer))
    Process.send_after(self(), :compare, 1_000)
    {:noreply, peer}
  end
end
