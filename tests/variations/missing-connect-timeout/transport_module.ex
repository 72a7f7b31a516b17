defmodule Depot.Wire do
  use GenServer

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: __MODULE__)
  def ping, do: GenServer.call(__MODULE__, :ping)

  @impl true
  def init(opts) do
    transport = if opts[:tls], do: :ssl, else: :gen_tcp
    {:ok, %{transport: transport, host: opts[:host], socket: nil}, {:continue, :connect}}
  end

  @impl true
  def handle_continue(:connect, %{transport: transport, host: host} = state) do
    {:ok, socket} = transport.connect(String.to_charlist(host), 4433, [:binary, active: true]) # hazard
    {:noreply, %{state | socket: socket}}
  end

  @impl true
  def handle_call(:ping, _from, state), do: {:reply, state.transport.send(state.socket, "ping"), state}
end
