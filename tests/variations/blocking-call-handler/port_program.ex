defmodule Depot.Sorter do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)
  def sort(lines), do: GenServer.call(__MODULE__, {:sort, lines})

  @impl true
  def init(_) do
    port = Port.open({:spawn_executable, "/usr/bin/depot-sort"}, [:binary, {:packet, 4}])
    {:ok, port}
  end

  @impl true
  def handle_call({:sort, lines}, _from, port) do
    Port.command(port, :erlang.term_to_binary(lines))

    receive do # hazard BW401 BW203 BW204
      {^port, {:data, answer}} -> {:reply, :erlang.binary_to_term(answer), port}
    end
  end
end
