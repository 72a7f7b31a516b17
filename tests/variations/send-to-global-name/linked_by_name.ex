defmodule Depot.Follower do
  use GenServer

  @leader {:global, Depot.Leader}

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_) do
    Process.link(@leader) # hazard
    {:ok, nil}
  end
end
