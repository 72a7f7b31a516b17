defmodule Lobby.Supervisor do
  use DynamicSupervisor

  def start_link(_), do: DynamicSupervisor.start_link(__MODULE__, [], name: __MODULE__)
  def open(room), do: DynamicSupervisor.start_child(__MODULE__, {Lobby.Room, room})
  def init(_), do: DynamicSupervisor.init(strategy: :one_for_one)
end

defmodule Lobby.Room do
  use GenServer, restart: :temporary

  def start_link(room), do: GenServer.start_link(__MODULE__, room)

  def init(%{twin: nil} = room), do: {:ok, room}

  def init(room) do
    {:ok, twin} = Lobby.Supervisor.open(%{room | twin: nil}) # hazard
    {:ok, Map.put(room, :pid, twin)}
  end
end
