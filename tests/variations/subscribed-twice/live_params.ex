defmodule DepotWeb.ShelfLive do
  use Phoenix.LiveView

  @impl true
  def mount(_params, _session, socket), do: {:ok, socket}

  @impl true
  def handle_params(%{"id" => id}, _uri, socket) do
    Phoenix.PubSub.subscribe(Depot.PubSub, "shelf:" <> id) # hazard
    {:noreply, assign(socket, id: id)}
  end

  @impl true
  def handle_info({:shelf, items}, socket), do: {:noreply, assign(socket, items: items)}

  @impl true
  def render(assigns), do: ~H"<p><%= @id %></p>"
end
