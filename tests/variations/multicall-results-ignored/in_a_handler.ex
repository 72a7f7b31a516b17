defmodule Depot.Config do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def put(key, value), do: GenServer.call(__MODULE__, {:put, key, value})

  @impl true
  def init(config), do: {:ok, config}

  @impl true
  def handle_call({:put, key, value}, _from, config) do
    GenServer.multi_call(Node.list(), __MODULE__, {:set, key, value}, 5_000) # hazard
    {:reply, :ok, Map.put(config, key, value)}
  end

  def handle_call({:set, key, value}, _from, config), do: {:reply, :ok, Map.put(config, key, value)}
end
