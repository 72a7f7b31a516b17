# The behaviour that the server of HTTP calls: one process a connection, which hands over each frame.
defmodule WebSock do
  @callback init(term) :: term
  @callback handle_in({binary, keyword}, term) :: term
  @callback handle_info(term, term) :: term
  @callback terminate(term, term) :: term
end

defmodule Lab.Mailbox.PeerOpensWithoutLimit do
  use Lab.Experiment,
    measures: "processes that one client has started over its connection with five thousand frames, and never closes",
    unit: "processes",
    holds: "hazard == 5000 and fix == 20"

  @frames 5_000

  def run(_variant) do
    caller = self()
    connection = spawn_link(fn -> serve(caller) end)
    for i <- 1..@frames, do: send(connection, {:frame, "open order:#{i}"})
    send(connection, :done)
    receive do: (:served -> :ok)
    # Linked to what it has started, and to who has started it.
    {:links, links} = Process.info(connection, :links)
    Enum.count(links, &(&1 != caller and Process.alive?(&1)))
  end

  defp serve(caller) do
    {:ok, state} = Shop.Socket.init([])
    state = frames(state)
    send(caller, :served)
    Process.sleep(:infinity)
    state
  end

  defp frames(state) do
    receive do
      {:frame, text} ->
        case Shop.Socket.handle_in({text, []}, state) do
          {:ok, state} -> frames(state)
          {:push, _answer, state} -> frames(state)
        end

      :done ->
        state
    end
  end
end
