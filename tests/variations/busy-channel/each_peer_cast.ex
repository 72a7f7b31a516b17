defmodule Depot.Shared do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def get(key), do: GenServer.call(__MODULE__, {:get, key})
  def put(key, value), do: GenServer.call(__MODULE__, {:put, key, value})

  @impl true
  def init(_), do: {:ok, %{}}

  @impl true
  def handle_call({:get, key}, _from, state), do: {:reply, Map.get(state, key), state}

  def handle_call({:put, key, value}, _from, state) do
    replicate(key, value)
    {:reply, :ok, Map.put(state, key, value)}
  end

  @impl true
  def handle_cast({:put, key, value}, state), do: {:noreply, Map.put(state, key, value)}

  defp replicate(key, value) do
    Enum.each(Node.list(), &GenServer.cast({__MODULE__, &1}, {:put, key, value})) # hazard
  end
end
