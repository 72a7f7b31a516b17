defmodule Depot.Rooms do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def join(room, user), do: ask({:join, room, user})
  def leave(room, user), do: ask({:leave, room, user})

  defp ask(request), do: GenServer.call(__MODULE__, request, :infinity) # hazard

  @impl true
  def init(rooms), do: {:ok, rooms}

  @impl true
  def handle_call({:join, room, user}, _from, rooms) do
    rooms = Map.put_new_lazy(rooms, room, fn -> open(room) end)
    {:reply, Map.fetch!(rooms, room), rooms |> Map.put({:user, user}, room)}
  end

  def handle_call({:leave, room, user}, _from, rooms), do: {:reply, :ok, Map.delete(rooms, {:user, user, room})}

  defp open(room) do
    case DynamicSupervisor.start_child(Depot.RoomSupervisor, {Depot.Room, room}) do
      {:ok, pid} -> pid
      {:error, {:already_started, pid}} -> pid
    end
  end
end

defmodule Depot.Room do
  use GenServer

  def start_link(room), do: GenServer.start_link(__MODULE__, room)

  @impl true
  def init(room) do
    history = Depot.Repo.all(Depot.Message, room: room)
    {:ok, %{room: room, history: history}}
  end
end
