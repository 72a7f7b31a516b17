defmodule Depot.Tables do
  def create(name, kind \\ :set) do
    if :ets.whereis(name) == :undefined do
      :ets.new(name, [kind, :named_table, :public]) # hazard
    end

    name
  end

  def put(name, key, value), do: :ets.insert(name, {key, value})
  def fetch(name, key), do: :ets.lookup(name, key)
end

defmodule Depot.Presence do
  use GenServer

  alias Depot.Tables

  @table :depot_presence

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  def enter(user, room), do: Tables.put(@table, user, {room, System.os_time()})

  @impl true
  def init(_), do: {:ok, Tables.create(@table)}
end

defmodule DepotWeb.RoomChannel do
  use Phoenix.Channel

  def join("room:" <> room, _params, socket) do
    Depot.Presence.enter(socket.assigns.user, room)
    {:ok, socket}
  end

  def handle_in("ping", _params, socket) do
    Depot.Presence.enter(socket.assigns.user, :same)
    {:noreply, socket}
  end
end
