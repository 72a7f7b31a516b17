defmodule Depot.Rooms do
  def find(id) do
    for {^id, pid, :worker, _modules} when is_pid(pid) <- Supervisor.which_children(Depot.RoomSupervisor) do # hazard
      pid
    end
    |> List.first()
  end
end

defmodule Depot.RoomSupervisor do
  use Supervisor

  def start_link(_), do: Supervisor.start_link(__MODULE__, nil, name: __MODULE__)

  def open(id), do: Supervisor.start_child(__MODULE__, Supervisor.child_spec({Depot.Room, id}, id: id, restart: :temporary))

  @impl true
  def init(_), do: Supervisor.init([], strategy: :one_for_one)
end

defmodule Depot.Room do
  use GenServer

  def start_link(id), do: GenServer.start_link(__MODULE__, id)

  @impl true
  def init(id), do: {:ok, id}
end

defmodule DepotWeb.RoomChannel do
  use Phoenix.Channel

  def join("room:" <> id, _params, socket), do: {:ok, assign(socket, :room, Depot.Rooms.find(id))}
end
