defmodule Depot.Session do
  use GenServer, restart: :temporary

  def start_link(id), do: GenServer.start_link(__MODULE__, id, name: {:global, {__MODULE__, id}}) # hazard

  @impl true
  def init(id), do: {:ok, %{id: id, items: []}}

  @impl true
  def handle_call(:items, _from, state), do: {:reply, state.items, state}
end

defmodule Depot.Sessions do
  use DynamicSupervisor

  def start_link(_), do: DynamicSupervisor.start_link(__MODULE__, [], name: __MODULE__)
  def open(id), do: DynamicSupervisor.start_child(__MODULE__, {Depot.Session, id})

  @impl true
  def init(_), do: DynamicSupervisor.init(strategy: :one_for_one)
end

defmodule DepotWeb.SessionController do
  use Phoenix.Controller

  def create(conn, %{"id" => id}) do
    {:ok, _} = Depot.Sessions.open(id)
    json(conn, :ok)
  end
end
