defmodule Depot.Scale do
  use GenServer

  def start_link(port), do: GenServer.start_link(__MODULE__, port, name: __MODULE__)

  @impl true
  def init(port), do: {:ok, %{port: port, socket: nil}, {:continue, :connect}}

  @impl true
  def handle_continue(:connect, state), do: {:noreply, reconnect(state)}

  @impl true
  def handle_info(:reconnect, state), do: {:noreply, reconnect(state)}
  def handle_info(_other, state), do: {:noreply, state}

  defp reconnect(state) do
    with {:ok, socket} <- :gen_tcp.connect(~c"scale", state.port, [:binary, active: false], 1_000), # hazard
         :ok <- :gen_tcp.send(socket, "HELO\n"),
         {:ok, "OK\n"} <- :gen_tcp.recv(socket, 3, 1_000) do
      %{state | socket: socket}
    else
      {:error, _} ->
        Process.send_after(self(), :reconnect, 2_000)
        state
    end
  end
end
