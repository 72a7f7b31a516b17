defmodule Bridge.Server do
  use GenServer
  require Logger

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: __MODULE__)

  def init(opts) do
    Process.flag(:trap_exit, true)
    {:ok, conn} = Bridge.Connection.start_link(opts)
    {:ok, %{conn: conn}}
  end

  def handle_call({:publish, msg}, _from, state) do
    {:reply, Bridge.Connection.publish(state.conn, msg), state}
  end

  def handle_info(msg, state) do
    Logger.debug("unexpected message: #{inspect(msg)}") # hazard
    {:noreply, state}
  end
end

defmodule Bridge.Connection do
  use GenServer
  def start_link(opts), do: GenServer.start_link(__MODULE__, opts)
  def publish(conn, msg), do: GenServer.call(conn, {:publish, msg})
  def init(opts), do: {:ok, opts}
  def handle_call({:publish, msg}, _from, state), do: {:reply, :gen_tcp.send(state[:socket], msg), state}
end
