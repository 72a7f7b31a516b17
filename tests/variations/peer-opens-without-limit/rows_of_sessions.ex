defmodule Relay.Port do
  use GenServer

  def start_link(socket), do: GenServer.start_link(__MODULE__, socket)
  def init(socket), do: {:ok, socket}

  def handle_info({:tcp, socket, <<session::binary-size(16), body::binary>>}, socket) do
    case :ets.lookup(:relay_sessions, {self(), session}) do
      [{_, pid}] ->
        send(pid, {:body, body})

      [] ->
        {:ok, pid} = Task.Supervisor.start_child(Relay.Tasks, fn -> Relay.Session.run(session, body) end) # hazard
        :ets.insert(:relay_sessions, {{self(), session}, pid})
    end

    {:noreply, socket}
  end

  def handle_info({:tcp_closed, socket}, socket), do: {:stop, :normal, socket}
  def handle_info(_, socket), do: {:noreply, socket}
end
