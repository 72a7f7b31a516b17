defmodule Parcel.Carriers do
  use GenServer

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: __MODULE__)

  def connection(region), do: GenServer.call(__MODULE__, {:connection, region})

  @impl true
  def init(opts), do: {:ok, %{connections: Map.new(opts)}}

  @impl true
  def handle_call({:connection, region}, _from, %{connections: connections} = state) do # hazard
    {:reply, Map.get(connections, region), state}
  end

  @impl true
  def handle_info({:moved, region, pid}, state) do
    {:noreply, put_in(state.connections[region], pid)}
  end

  def handle_info(_other, state), do: {:noreply, state}
end

defmodule Parcel do
  def track(region, number) do
    region
    |> Parcel.Carriers.connection()
    |> GenServer.call({:track, number}, 2_000)
  end
end
