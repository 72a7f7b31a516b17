defmodule Thumbs.Async do
  def run(fun), do: Task.Supervisor.async_nolink(Thumbs.Tasks, fun)
end

defmodule Thumbs.Server do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def init(jobs), do: {:ok, jobs}

  def handle_call({:thumb, path}, from, jobs) do
    task = Thumbs.Async.run(fn -> path |> File.read!() |> :erlang.md5() end)
    {:noreply, Map.put(jobs, task.ref, from)}
  end

  def handle_info({ref, result}, jobs) when is_map_key(jobs, ref) do # hazard
    {from, jobs} = Map.pop(jobs, ref)
    GenServer.reply(from, result)
    {:noreply, jobs}
  end
end
