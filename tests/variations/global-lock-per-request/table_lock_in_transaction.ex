defmodule Depot.Orders do
  def place(order) do
    :mnesia.transaction(fn ->
      :mnesia.lock({:table, :orders}, :write) # hazard
      id = :mnesia.table_info(:orders, :size) + 1
      :mnesia.write({:orders, id, order})
      id
    end)
    |> case do
      {:atomic, id} -> {:ok, id}
      {:aborted, reason} -> {:error, reason}
    end
  end
end

defmodule DepotWeb.OrderLive do
  use Phoenix.LiveView

  def handle_event("order", params, socket) do
    {:ok, id} = Depot.Orders.place(params)
    {:noreply, assign(socket, :order, id)}
  end
end
