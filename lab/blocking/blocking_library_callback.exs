# Stands for the process that keeps the registry of one scope, as syn's does: it resolves conflicts and registers names by turns.
defmodule Lab.Registry do
  use GenServer
  @impl true
  def init(_), do: {:ok, %{}}

  @impl true
  def handle_cast({:conflict, pid1, pid2}, names) do
    kept = Shop.Conflicts.resolve_registry_conflict(:shop, :till, {pid1, nil, 1}, {pid2, nil, 2})
    {:noreply, Map.put(names, :till, kept)}
  end

  @impl true
  def handle_call({:register, name, pid}, _from, names), do: {:reply, :ok, Map.put(names, name, pid)}
end

# Takes its time to stop.
defmodule Shop.Till do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, nil)

  @impl true
  def init(_) do
    Process.flag(:trap_exit, true)
    {:ok, nil}
  end

  @impl true
  def terminate(_reason, _state), do: Process.sleep(400)
end

defmodule Lab.Blocking.BlockingLibraryCallback do
  use Lab.Experiment,
    measures: "wait of a registration while a conflict is resolved whose loser takes 400 ms to stop",
    unit: "ms",
    note: "a small server stands for the library's",
    holds: "hazard >= 300 and hazard >= 4 * fix"

  def run(_variant) do
    {:ok, _} = Task.Supervisor.start_link(name: Shop.Tasks)
    {:ok, registry} = GenServer.start_link(Lab.Registry, nil)
    {:ok, loser} = start_apart(fn -> DynamicSupervisor.start_link(strategy: :one_for_one) end)
    {:ok, _} = DynamicSupervisor.start_child(loser, Shop.Till)
    GenServer.cast(registry, {:conflict, self(), loser})
    waited(5_000, fn -> GenServer.call(registry, {:register, :shelf, self()}) end)
  end
end
