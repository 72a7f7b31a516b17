defmodule Depot.Feed do
  use GenServer
  alias Depot.Subscribers

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def subscribe, do: GenServer.call(__MODULE__, :subscribe)
  def unsubscribe, do: GenServer.call(__MODULE__, :unsubscribe)

  @impl true
  def init(_), do: {:ok, Subscribers.new()}

  @impl true
  def handle_call(:subscribe, {pid, _}, subscribers), do: {:reply, :ok, Subscribers.add(subscribers, pid)}
  def handle_call(:unsubscribe, {pid, _}, subscribers), do: {:reply, :ok, Subscribers.remove(subscribers, pid)}

  @impl true
  def handle_info({:DOWN, _ref, :process, pid, _}, subscribers), do: {:noreply, Subscribers.remove(subscribers, pid)}
end
