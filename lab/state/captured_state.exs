# Tells how large the process is that the work runs in.
defmodule Shop.Api do
  def post("http://api.example", batch), do: run(batch)
  def run(_batch), do: send(:experiment, {:memory, elem(Process.info(self(), :memory), 1)})
  def warm(_n), do: :ok
end

defmodule Shop.Backup do
  def write(_state), do: :ok
end

defmodule Lab.State.CapturedState do
  use Lab.Experiment,
    measures: "bytes of a task's process, where 10,000 batches are pending",
    unit: "bytes",
    holds: "hazard >= 20 * fix"

  def run(_variant) do
    Process.register(self(), :experiment)
    {:ok, _} = Task.Supervisor.start_link(name: Shop.Tasks)
    {:ok, batches} = GenServer.start_link(Shop.Batches, url: "http://api.example", worker: Shop.Api)
    :sys.replace_state(batches, fn state -> %{state | pending: Map.new(1..10_000, &{&1, [&1]})} end)
    GenServer.cast(batches, {:add, 0, [0]})
    receive do: ({:memory, bytes} -> bytes)
  end
end
