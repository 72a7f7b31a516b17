defmodule Depot.Exporter do
  use GenServer

  @period :timer.seconds(2)

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_) do
    Depot.Clock.every(@period, :export)
    {:ok, nil}
  end

  @impl true
  def handle_info(:export, state) do
    {_, 0} = System.cmd("pg_dump", ["depot"])
    {:noreply, state}
  end
end
