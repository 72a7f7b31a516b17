defmodule Depot.Holds do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def hold(item), do: GenServer.cast(__MODULE__, {:hold, item})

  @impl true
  def init(_), do: {:ok, %{}}

  @impl true
  def handle_cast({:hold, item}, timers) do
    timer = Process.send_after(self(), {:release, item}, :timer.minutes(10)) # hazard
    {:noreply, Map.put(timers, item, timer)}
  end

  @impl true
  def handle_info({:release, item}, timers) do
    Depot.Shelf.release(item)
    {:noreply, Map.delete(timers, item)}
  end
end

defmodule Depot.Shelf do
  def release(item), do: :ets.delete(:held, item)
end
