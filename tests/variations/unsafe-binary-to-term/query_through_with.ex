defmodule DepotWeb.ExportController do
  use Phoenix.Controller

  def show(conn, params) do
    with {:ok, text} <- Map.fetch(params, "filter"),
         {:ok, packed} <- Base.url_decode64(text),
         {:ok, filter} <- unpack(packed) do
      json(conn, Depot.Export.rows(filter))
    else
      :error -> send_resp(conn, 400, "")
    end
  end

  defp unpack(packed) do
    {:ok, :erlang.binary_to_term(packed, [])} # hazard
  rescue
    ArgumentError -> :error
  end
end
