defmodule Depot.Jobs do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def run(job), do: GenServer.call(__MODULE__, {:run, job})

  @impl true
  def init(_), do: {:ok, %{}}

  @impl true
  def handle_call({:run, job}, from, running) do
    task = Task.Supervisor.async_nolink(Depot.Tasks, Depot.Job, :perform, [job])
    {:noreply, Map.put(running, task.ref, from)}
  end

  @impl true
  def handle_info({ref, result}, running) when is_map_key(running, ref) do
    Process.demonitor(ref, [:info]) # hazard
    {from, running} = Map.pop!(running, ref)
    GenServer.reply(from, {:ok, result})
    {:noreply, running}
  end

  def handle_info({:DOWN, ref, :process, _pid, reason}, running) do
    {from, running} = Map.pop!(running, ref)
    GenServer.reply(from, {:error, reason})
    {:noreply, running}
  end
end
