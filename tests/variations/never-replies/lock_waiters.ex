defmodule Depot.Mutex do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def lock(key), do: GenServer.call(__MODULE__, {:lock, key}, :infinity)
  def unlock(key), do: GenServer.cast(__MODULE__, {:unlock, key})

  @impl true
  def init(locks), do: {:ok, locks}

  @impl true
  def handle_call({:lock, key}, from, locks) do
    case locks do
      %{^key => waiting} -> {:noreply, Map.put(locks, key, waiting ++ [from])} # hazard BW407 BW408
      _ -> {:reply, :ok, Map.put(locks, key, [])}
    end
  end

  @impl true
  def handle_cast({:unlock, key}, locks) do
    case locks do
      %{^key => []} ->
        {:noreply, Map.delete(locks, key)}

      %{^key => [next | rest]} ->
        GenServer.reply(next, :ok)
        {:noreply, Map.put(locks, key, rest)}
    end
  end
end
