defmodule DepotWeb.TruckChannel do
  use Phoenix.Channel

  def join("trucks:" <> _id, _params, socket), do: {:ok, socket}

  def handle_in("set", %{"field" => field, "value" => value}, socket) do
    {:noreply, assign(socket, String.to_atom(field), value)} # hazard
  end
end
