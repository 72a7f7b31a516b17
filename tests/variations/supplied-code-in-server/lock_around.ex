defmodule Depot.Once do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, MapSet.new(), name: __MODULE__)

  def once(key, do_it), do: GenServer.call(__MODULE__, %{key: key, do_it: do_it}, :infinity)

  @impl true
  def init(done), do: {:ok, done}

  @impl true
  def handle_call(%{key: key, do_it: do_it}, _from, done) do
    if MapSet.member?(done, key) do
      {:reply, :already, done}
    else
      {:reply, {:ok, do_it.()}, MapSet.put(done, key)} # hazard
    end
  end
end
