defmodule Chat.Line do
  use ThousandIsland.Handler

  def handle_connection(_socket, _options), do: {:continue, %{rooms: %{}}}

  def handle_data(data, _socket, state) do
    state =
      data
      |> String.split("\n", trim: true)
      |> Enum.reduce(state, &line/2)

    {:continue, state}
  end

  defp line(line, state) do
    case String.split(line, " ") do
      ["join", room] ->
        {:ok, pid} = Chat.Member.start_link(room) # hazard
        put_in(state.rooms[room], pid)

      ["leave", room] ->
        {pid, state} = pop_in(state.rooms[room])
        if pid, do: GenServer.stop(pid)
        state
    end
  end
end

defmodule Chat.Member do
  use GenServer, restart: :temporary
  def start_link(room), do: GenServer.start_link(__MODULE__, room)
  def init(room), do: {:ok, room}
end
