defmodule Store.Server do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def init(items), do: {:ok, items}

  def handle_cast({:put, key, value}, items) do
    :ok = :gen_event.sync_notify(Store.Events, {:put, key}) # hazard
    {:noreply, Map.put(items, key, value)}
  end
end
