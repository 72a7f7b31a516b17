defmodule Depot.Link do
  use GenServer
  require Logger

  def start_link(options), do: GenServer.start_link(__MODULE__, options, name: __MODULE__)

  @impl true
  def init(options) do
    {:ok, %{host: options[:host], socket: nil}, {:continue, :connect}}
  end

  @impl true
  def handle_continue(:connect, state), do: {:noreply, connect(state)}

  @impl true
  def handle_info(:reconnect, state), do: {:noreply, connect(state)}

  def handle_info({:tcp, socket, data}, state) do
    Depot.Inbox.put(data)
    :inet.setopts(socket, active: :once)
    {:noreply, state}
  end

  def handle_info({:tcp_error, _socket, reason}, state) do
    Logger.warning("lost: #{inspect(reason)}")
    Process.send_after(self(), :reconnect, 1_000)
    {:noreply, %{state | socket: nil}}
  end

  def handle_info({:tcp_closed, _socket}, state) do
    Process.send_after(self(), :reconnect, 1_000) # hazard
    {:noreply, %{state | socket: nil}}
  end

  defp connect(state) do
    case :gen_tcp.connect(state.host, 7777, [:binary, active: :once], 1_000) do
      {:ok, socket} ->
        %{state | socket: socket}

      {:error, _} ->
        Process.send_after(self(), :reconnect, 1_000)
        state
    end
  end
end

defmodule Depot.Inbox do
  def put(data), do: :ets.insert(:inbox, {System.unique_integer(), data})
end
