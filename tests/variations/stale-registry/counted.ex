defmodule Depot.Rooms do
  use GenServer

  def start_link(room), do: GenServer.start_link(__MODULE__, room)

  @impl true
  def init(room) do
    Process.flag(:trap_exit, true)
    {:ok, room}
  end

  @impl true
  def handle_info({:EXIT, _pid, _reason}, room) do
    case Registry.count_match(Depot.Guests, room, :_) do # hazard
      0 -> {:stop, :normal, room}
      _ -> {:noreply, room}
    end
  end
end
