defmodule Depot.Codec do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def decode(packet), do: GenServer.call(__MODULE__, {:decode, packet})

  @impl true
  def init(_), do: {:ok, %{}}

  @impl true
  def handle_call(message, from, state)

  def handle_call({:decode, packet}, _from, state) do
    reply = packet |> :zlib.uncompress() |> :erlang.binary_to_term([:safe]) # hazard
    {:reply, reply, state}
  end
end

defmodule Depot.Socket do
  use GenServer, restart: :temporary

  def start_link(socket), do: GenServer.start_link(__MODULE__, socket)

  @impl true
  def init(socket), do: {:ok, socket}

  @impl true
  def handle_info({:tcp, socket, packet}, socket) do
    packet |> Depot.Codec.decode() |> Depot.Router.route()
    {:noreply, socket}
  end

  def handle_info({:tcp_closed, socket}, socket), do: {:stop, :normal, socket}
end

defmodule Depot.SocketSupervisor do
  use DynamicSupervisor

  def start_link(_), do: DynamicSupervisor.start_link(__MODULE__, nil, name: __MODULE__)
  def add(socket), do: DynamicSupervisor.start_child(__MODULE__, {Depot.Socket, socket})

  @impl true
  def init(_), do: DynamicSupervisor.init(strategy: :one_for_one)
end
