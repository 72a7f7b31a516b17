defmodule Depot.Warmup do
  def start do
    Task.start(fn ->
      :ets.new(:depot_routes, [:named_table, :public, read_concurrency: true]) # hazard
      Enum.each(Depot.Repo.all(Depot.Route), &:ets.insert(:depot_routes, {&1.id, &1}))
    end)
  end
end

defmodule Depot.Routes do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_) do
    Depot.Warmup.start()
    {:ok, nil}
  end

  @impl true
  def handle_call({:route, id}, _from, state), do: {:reply, :ets.lookup(:depot_routes, id), state}
end
