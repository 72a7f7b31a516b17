defmodule DepotWeb.TruckLive do
  use Phoenix.LiveView

  def mount(_params, _session, socket), do: {:ok, socket}

  def handle_params(params, _uri, socket) do
    {:noreply, assign(socket, :trucks, Depot.Trucks.list(order: direction(params)))}
  end

  defp direction(params), do: params |> Map.get("dir", "asc") |> order()

  defp order(text), do: {String.to_atom(text), :id} # hazard
end
