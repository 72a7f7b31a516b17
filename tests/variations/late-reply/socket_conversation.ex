defmodule Depot.Scale do
  use GenServer

  def start_link(host), do: GenServer.start_link(__MODULE__, host, name: __MODULE__)
  def weight, do: GenServer.call(__MODULE__, :weight)

  @impl true
  def init(host), do: :gen_tcp.connect(host, 4000, [:binary, active: true, packet: :line], 3_000)

  @impl true
  def handle_call(:weight, _from, socket) do
    :ok = :gen_tcp.send(socket, "W\r\n")

    receive do # hazard
      {:tcp, ^socket, line} -> {:reply, Float.parse(line), socket}
    after
      500 -> {:reply, {:error, :timeout}, socket}
    end
  end
end
