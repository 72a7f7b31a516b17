defmodule Depot.Importer do
  use GenServer

  @timeout :infinity

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def import(path, timeout \\ @timeout), do: GenServer.call(__MODULE__, {:import, path}, timeout) # hazard

  @impl true
  def init(done), do: {:ok, done}

  @impl true
  def handle_call({:import, path}, _from, done) do
    ref = make_ref()
    send(Depot.Parser, {:parse, self(), ref, path})

    receive do # hazard BW203 BW204 BW401 BW405
      {^ref, rows} -> {:reply, {:ok, length(rows)}, [path | done]}
    end
  end
end
