defmodule Depot.Settings do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def get(key, default \\ nil), do: GenServer.call(__MODULE__, {:get, key}) || default
  def put(key, value), do: GenServer.call(__MODULE__, {:put, key, value})

  @impl true
  def init(values), do: {:ok, values, {:continue, :defaults}}

  @impl true
  def handle_continue(:defaults, values) do
    for {key, value} <- Application.get_all_env(:depot), do: put(key, value) # hazard
    {:noreply, values}
  end

  @impl true
  def handle_call({:get, key}, _from, values), do: {:reply, Map.get(values, key), values}
  def handle_call({:put, key, value}, _from, values), do: {:reply, :ok, Map.put(values, key, value)}
end
