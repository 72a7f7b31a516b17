defmodule Depot.Sockets do
  use GenServer

  @table :depot_sockets

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  def socket(host) do
    with [] <- :ets.lookup(@table, host) do
      GenServer.call(__MODULE__, {:connect, host})
    else
      [{_, socket}] -> socket
    end
  end

  @impl true
  def init(_), do: {:ok, :ets.new(@table, [:named_table, :protected, read_concurrency: true])}

  @impl true
  def handle_call({:connect, host}, _from, table) do
    {:ok, socket} = :gen_udp.open(0, [:binary, active: false]) # hazard
    :ets.insert(table, {host, socket})
    {:reply, socket, table}
  end
end
