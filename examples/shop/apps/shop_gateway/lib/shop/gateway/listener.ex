defmodule Shop.Gateway.Listener do
  @moduledoc "Owns the listening socket and hands each connection to a process of its own."

  use GenServer

  require Logger

  alias Shop.Gateway.Connection

  @options [:binary, packet: :raw, active: false, reuseaddr: true, backlog: 512]

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "The port we listen on."
  @spec port() :: :inet.port_number()
  def port, do: GenServer.call(__MODULE__, :port)

  @impl true
  def init(_opts) do
    {:ok, listener} = :gen_tcp.listen(Application.fetch_env!(:shop_gateway, :port), @options)
    {:ok, port} = :inet.port(listener)
    Logger.info("listening on port #{port}")
    send(self(), :accept)
    {:ok, %{listener: listener, port: port}}
  end

  @impl true
  def handle_call(:port, _from, state), do: {:reply, state.port, state}

  @impl true
  def handle_info(:accept, state) do
    {:ok, socket} = :gen_tcp.accept(state.listener)
    pid = spawn(fn -> Connection.start(socket) end)
    :gen_tcp.controlling_process(socket, pid)
    send(pid, :go)
    send(self(), :accept)
    {:noreply, state}
  end
end
