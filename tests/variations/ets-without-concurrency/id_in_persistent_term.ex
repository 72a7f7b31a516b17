defmodule Depot.Visits do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, nil)

  def seen(page) do
    :ets.update_counter(table(), page, 1, {page, 0})
  end

  defp table, do: :persistent_term.get(__MODULE__)

  @impl true
  def init(_) do
    table = :ets.new(:visits, [:set, :public]) # hazard
    :persistent_term.put(__MODULE__, table)
    {:ok, table}
  end
end

defmodule DepotWeb.PageController do
  use Phoenix.Controller

  def show(conn, %{"page" => page}) do
    Depot.Visits.seen(page)
    render(conn, :show)
  end
end
