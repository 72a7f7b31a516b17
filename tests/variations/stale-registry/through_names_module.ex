defmodule Depot.Names do
  def whereis(id) do
    case Registry.lookup(Depot.Registry, id) do
      [{pid, _}] -> pid
      [] -> nil
    end
  end
end

defmodule Depot.Keeper do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_), do: {:ok, %{}}

  @impl true
  def handle_call({:keep, id}, _from, ids) do
    ref = Process.monitor(Depot.Names.whereis(id))
    {:reply, :ok, Map.put(ids, ref, id)}
  end

  @impl true
  def handle_info({:DOWN, ref, :process, _pid, _reason}, ids) do
    {id, ids} = Map.pop(ids, ref)
    if Depot.Names.whereis(id) == nil, do: Depot.Trucks.start(id) # hazard
    {:noreply, ids}
  end
end
