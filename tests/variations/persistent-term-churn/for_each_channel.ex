defmodule DepotWeb.RoomChannel do
  use Phoenix.Channel

  def join("room:" <> room, params, socket) do
    :persistent_term.put({:room, room, self()}, params) # hazard
    {:ok, assign(socket, :room, room)}
  end

  def handle_in("say", text, socket) do
    broadcast!(socket, "said", text)
    {:noreply, socket}
  end

  def terminate(_reason, socket), do: :persistent_term.erase({:room, socket.assigns.room, self()})
end
