defmodule Depot.Counters do
  use GenServer

  @tables [:depot_hits, :depot_misses]

  def start_link(_), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  def hit(key), do: bump(:depot_hits, key)
  def miss(key), do: bump(:depot_misses, key)

  defp bump(table, key), do: :ets.update_counter(table, key, {2, 1}, {key, 0})

  @impl true
  def init(_) do
    for table <- @tables, do: :ets.new(table, [:named_table, :public, :set]) # hazard
    {:ok, nil}
  end
end

defmodule DepotWeb.ItemController do
  use Phoenix.Controller

  def show(conn, %{"id" => id}) do
    case Depot.Items.find(id) do
      nil ->
        Depot.Counters.miss(id)
        send_resp(conn, 404, "")

      item ->
        Depot.Counters.hit(id)
        json(conn, item)
    end
  end
end
