defmodule Depot.Settings do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, :ok, name: Depot.SettingsServer)

  def get(key, default \\ nil), do: GenServer.call(Depot.SettingsServer, {:get, key, default})
  def all, do: GenServer.call(Depot.SettingsServer, :all)
  def put(key, value), do: GenServer.cast(Depot.SettingsServer, {:put, key, value})

  @impl true
  def init(:ok), do: {:ok, %{settings: Depot.Repo.settings()}}

  @impl true
  def handle_call(request, _from, state), do: reply(request, state)

  @impl true
  def handle_cast({:put, key, value}, state), do: {:noreply, put_in(state, [:settings, key], value)}

  defp reply({:get, key, default}, state), do: {:reply, Map.get(state.settings, key, default), state} # hazard
  defp reply(:all, state), do: {:reply, state.settings, state}
end

defmodule DepotWeb.ShelfLive do
  use Phoenix.LiveView

  def mount(_params, _session, socket) do
    {:ok, assign(socket, theme: Depot.Settings.get(:theme), locale: Depot.Settings.get(:locale, "en"))}
  end

  def handle_event("next", _params, socket) do
    {:noreply, assign(socket, size: Depot.Settings.get(:page_size, 20))}
  end
end

defmodule DepotWeb.ShelfChannel do
  use Phoenix.Channel

  def join("shelf:" <> _id, _params, socket), do: {:ok, Depot.Settings.get(:banner), socket}

  def handle_in("load", _params, socket), do: {:reply, {:ok, Depot.Settings.all()}, socket}
end

defmodule DepotWeb.AdminController do
  use Phoenix.Controller

  def update(conn, %{"key" => key, "value" => value}) do
    Depot.Settings.put(key, value)
    json(conn, %{ok: true})
  end
end
