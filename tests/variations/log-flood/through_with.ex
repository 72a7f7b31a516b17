defmodule DepotWeb.OrderController do
  use Phoenix.Controller
  require Logger

  def create(conn, params) do
    with :ok <- Depot.Limits.take(:orders),
         {:ok, order} <- Depot.Orders.create(params) do
      json(conn, order)
    else
      {:error, :rate_limited} ->
        Logger.error("order refused, too many orders: #{inspect(params)}") # hazard
        conn |> put_status(429) |> json(%{error: "busy"})

      {:error, reason} ->
        conn |> put_status(400) |> json(%{error: inspect(reason)})
    end
  end
end
