defmodule Depot.Lock do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def lock(key), do: GenServer.call(__MODULE__, {:lock, key})

  @impl true
  def init(_), do: {:ok, %{}}

  @impl true
  def handle_call({:lock, key}, {pid, _}, locks) do
    {_answers, bad} = GenServer.multi_call(Node.list(), __MODULE__, {:held?, key}) # hazard
    {:reply, bad == [], Map.put(locks, key, pid)}
  end

  def handle_call({:held?, key}, _from, locks), do: {:reply, Map.has_key?(locks, key), locks}
end
