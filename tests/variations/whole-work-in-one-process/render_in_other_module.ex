defmodule Depot.Exporter do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)

  def export(rows), do: GenServer.call(__MODULE__, {:export, rows}, 60_000)

  @impl true
  def init(state), do: {:ok, state}

  @impl true
  def handle_call({:export, rows}, _from, state) do
    {:reply, {:ok, Depot.Report.build(rows)}, state} # hazard
  end
end

defmodule Depot.Report do
  def build(rows) do
    rows
    |> Enum.map(&Map.take(&1, [:id, :name, :total]))
    |> Jason.encode!(pretty: true)
    |> :zlib.compress()
  end
end

defmodule DepotWeb.ExportController do
  use Phoenix.Controller

  def show(conn, params) do
    with {:ok, report} <- params |> Depot.Rows.all() |> Depot.Exporter.export() do
      send_resp(conn, 200, report)
    end
  end
end
