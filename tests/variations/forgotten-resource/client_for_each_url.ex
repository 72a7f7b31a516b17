defmodule Depot.Store do
  use GenServer

  def start_link(url), do: GenServer.start_link(__MODULE__, url, name: __MODULE__)
  def move(url), do: GenServer.call(__MODULE__, {:move, url})

  @impl true
  def init(url) do
    {:ok, redis} = Redix.start_link(url)
    {:ok, redis}
  end

  @impl true
  def handle_call({:move, url}, _from, _redis) do
    {:ok, redis} = Redix.start_link(url) # hazard
    {:reply, :ok, redis}
  end

  def handle_call({:get, key}, _from, redis), do: {:reply, Redix.command(redis, ["GET", key]), redis}
end
