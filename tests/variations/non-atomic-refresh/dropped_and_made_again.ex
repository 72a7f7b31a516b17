defmodule Depot.Zones do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def zone(code), do: :ets.lookup(:depot_zones, code)

  @impl true
  def init(_) do
    :timer.send_interval(60_000, :reload)
    :ets.new(:depot_zones, [:named_table, read_concurrency: true])
    {:ok, nil, {:continue, :load}}
  end

  @impl true
  def handle_continue(:load, state), do: {:noreply, load(state)}

  @impl true
  def handle_info(:reload, state) do
    :ets.delete(:depot_zones) # hazard
    :ets.new(:depot_zones, [:named_table, read_concurrency: true])
    {:noreply, load(state)}
  end

  defp load(state) do
    Enum.each(Depot.Repo.zones(), &:ets.insert(:depot_zones, {&1.code, &1}))
    state
  end
end
