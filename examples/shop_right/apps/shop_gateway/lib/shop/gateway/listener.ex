defmodule Shop.Gateway.Listener do
  @moduledoc """
  Owns the listening socket. A process beside it accepts and hands each connection to a process of its own,
  under the supervisors of connections; when they have no room, the client is sent away.
  """

  use GenServer

  require Logger

  alias Shop.Gateway.{Connection, Http}

  @options [:binary, packet: :raw, active: false, reuseaddr: true, backlog: 512] ++
             [send_timeout: 10_000, send_timeout_close: true]
  @pause_ms 100
  @retry_ms 500

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "The port we listen on, if we do by now."
  @spec port() :: :inet.port_number() | nil
  def port, do: GenServer.call(__MODULE__, :port)

  @doc "Accepts for ever, in a process of its own that nobody waits for."
  @spec accept_loop() :: no_return()
  def accept_loop do
    case GenServer.call(__MODULE__, :listener) do
      nil ->
        Process.sleep(@pause_ms)
        accept_loop()

      listener ->
        accept(listener)
    end
  end

  @impl true
  def init(_opts), do: {:ok, %{listener: nil, port: nil}, {:continue, :listen}}

  @impl true
  def handle_continue(:listen, state), do: {:noreply, listen(state)}

  @impl true
  def handle_call(:port, _from, state), do: {:reply, state.port, state}
  def handle_call(:listener, _from, state), do: {:reply, state.listener, state}

  @impl true
  def handle_info(:listen, state), do: {:noreply, listen(state)}

  def handle_info(message, state) do
    Logger.warning("listener got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end

  # The kernel may still be closing the socket of the listener before us.
  defp listen(state) do
    with {:ok, listener} <- :gen_tcp.listen(Application.fetch_env!(:shop_gateway, :port), @options),
         {:ok, port} <- :inet.port(listener) do
      Logger.info("listening on port #{port}")
      %{state | listener: listener, port: port}
    else
      {:error, reason} ->
        Logger.error("cannot listen: #{inspect(reason)}, trying again in #{@retry_ms} ms")
        Process.send_after(self(), :listen, @retry_ms)
        state
    end
  end

  defp accept(listener) do
    case :gen_tcp.accept(listener) do
      {:ok, socket} ->
        hand_over(socket)
        accept(listener)

      # Without a file descriptor or a client there is nothing to do but to try again.
      {:error, reason} when reason in [:emfile, :enfile, :econnaborted, :system_limit] ->
        Process.sleep(@pause_ms)
        accept(listener)

      {:error, reason} ->
        exit({:accept, reason})
    end
  end

  defp hand_over(socket) do
    supervisor = {:via, PartitionSupervisor, {Shop.Gateway.Connections, System.unique_integer([:positive])}}

    with {:ok, pid} <- Task.Supervisor.start_child(supervisor, Connection, :start, [socket]),
         :ok <- :gen_tcp.controlling_process(socket, pid) do
      send(pid, :go)
    else
      {:error, _reason} ->
        :gen_tcp.send(socket, Http.encode({503, %{error: "please try again later"}, []}))
        :gen_tcp.close(socket)
    end
  end
end
