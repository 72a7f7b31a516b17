defmodule Depot.Session do
  use GenServer
  defstruct [:id, items: %{}]

  def start_link(id), do: GenServer.start_link(__MODULE__, id)

  @impl true
  def init(id), do: {:ok, %__MODULE__{id: id}}

  @impl true
  def handle_cast({:add, sku, count}, %__MODULE__{} = session) do
    session = %{session | items: Map.put(session.items, sku, count)}
    Depot.Audit.changed(session) # hazard
    {:noreply, session}
  end

  def handle_cast({:remove, sku}, session), do: {:noreply, %{session | items: Map.delete(session.items, sku)}}
end

defmodule Depot.Audit do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def changed(session), do: GenServer.cast(__MODULE__, {:changed, session})

  @impl true
  def init(_), do: {:ok, 0}

  @impl true
  def handle_cast({:changed, _session}, count), do: {:noreply, count + 1}
end
