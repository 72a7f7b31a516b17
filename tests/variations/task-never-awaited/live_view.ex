defmodule DepotWeb.OrdersLive do
  use Phoenix.LiveView

  @impl true
  def mount(_params, _session, socket), do: {:ok, assign(socket, orders: [])}

  @impl true
  def handle_event("export", %{"month" => month}, socket) do
    Task.Supervisor.async_nolink(Depot.Tasks, fn -> Depot.Export.month(month) end) # hazard BW211 BW111
    {:noreply, put_flash(socket, :info, "Exporting")}
  end

  @impl true
  def handle_info({:order, order}, socket) do
    {:noreply, update(socket, :orders, &[order | &1])}
  end

  @impl true
  def render(assigns), do: ~H"<div><%= length(@orders) %></div>"
end
