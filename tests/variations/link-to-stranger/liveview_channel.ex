defmodule GameWeb.BoardChannel do
  use Phoenix.Channel

  def join("board:" <> id, _payload, socket) do
    Task.start(fn -> watch(id, socket) end)
    {:ok, socket}
  end

  defp watch(id, socket) do
    {:ok, clock} = Game.Clock.start_link(id) # hazard
    push(socket, "time", %{left: Game.Clock.left(clock)})
  end
end

defmodule Game.Clock do
  use GenServer
  def start_link(id), do: GenServer.start_link(__MODULE__, id)
  def left(pid), do: GenServer.call(pid, :left)
  def init(id), do: {:ok, id}
  def handle_call(:left, _from, id), do: {:reply, 60, id}
end
