defmodule Depot.Versions do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def all, do: GenServer.call(__MODULE__, :all)

  @impl true
  def init(_), do: {:ok, nil}

  @impl true
  def handle_call(:all, _from, state) do
    {:reply, Map.new(Node.list(), &{&1, :rpc.call(&1, Application, :spec, [:depot, :vsn])}), state} # hazard
  end
end
