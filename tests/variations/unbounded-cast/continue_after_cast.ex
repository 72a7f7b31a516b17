defmodule DepotWeb.ItemController do
  use Phoenix.Controller

  def update(conn, %{"id" => id} = params) do
    Depot.History.append(id, params)
    json(conn, %{ok: true})
  end
end

defmodule Depot.History do
  use GenServer

  defstruct entries: [], written: 0

  def start_link(_), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  def append(id, change), do: GenServer.cast(__MODULE__, {:append, id, change}) # hazard

  @impl true
  def init(_), do: {:ok, %__MODULE__{}}

  @impl true
  def handle_cast({:append, id, change}, %__MODULE__{} = state) do
    {:noreply, %{state | entries: [{id, change} | state.entries]}, {:continue, :write}}
  end

  @impl true
  def handle_continue(:write, state) do
    Depot.Repo.insert_all("history", state.entries)
    {:noreply, %{state | entries: [], written: state.written + 1}}
  end
end

defmodule Depot.Repo do
  use Ecto.Repo, otp_app: :depot, adapter: Ecto.Adapters.Postgres
end
