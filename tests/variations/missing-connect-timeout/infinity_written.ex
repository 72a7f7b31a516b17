defmodule Depot.Feed do
  use GenServer
  require Logger

  @default_timeout :infinity

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: __MODULE__)
  def last, do: GenServer.call(__MODULE__, :last)

  @impl true
  def init(opts) do
    timeout = Keyword.get(opts, :connect_timeout, @default_timeout)
    {:ok, %{host: opts[:host], timeout: timeout, last: nil, socket: nil}, {:continue, :connect}}
  end

  @impl true
  def handle_continue(:connect, state) do
    case :gen_tcp.connect(state.host, 9_000, [:binary, packet: :line], state.timeout) do # hazard
      {:ok, socket} -> {:noreply, %{state | socket: socket}}
      {:error, reason} -> {:stop, reason, state}
    end
  end

  @impl true
  def handle_call(:last, _from, state), do: {:reply, state.last, state}

  @impl true
  def handle_info({:tcp, _, line}, state), do: {:noreply, %{state | last: line}}
  def handle_info({:tcp_closed, _}, state), do: {:stop, :closed, state}
end
