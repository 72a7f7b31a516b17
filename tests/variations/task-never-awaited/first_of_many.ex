defmodule Depot.Quotes do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_), do: {:ok, %{best: nil}}

  @impl true
  def handle_cast({:compare, item}, state) do
    [mine | _theirs] =
      for vendor <- [:own, :north, :south], do: Task.async(Depot.Vendor, :quote, [vendor, item]) # hazard

    {:noreply, %{state | best: Task.await(mine)}}
  end
end
