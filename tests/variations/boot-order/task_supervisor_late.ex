defmodule Crawl.Supervisor do
  use Supervisor

  def start_link(arg), do: Supervisor.start_link(__MODULE__, arg, name: __MODULE__)

  def init(_) do
    children = [
      {Crawl.Scheduler, seeds: ["a", "b"]},
      {Task.Supervisor, name: Crawl.Tasks}
    ]

    Supervisor.init(children, strategy: :one_for_one)
  end
end

defmodule Crawl.Scheduler do
  use GenServer

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: __MODULE__)

  def init(seeds: seeds) do
    {:ok, seeds |> Enum.map(&fetch/1)}
  end

  defp fetch(url), do: Task.Supervisor.async_nolink(Crawl.Tasks, fn -> String.length(url) end) # hazard

  def handle_info({ref, _length}, state) do
    Process.demonitor(ref, [:flush])
    {:noreply, state}
  end

  def handle_info(_, state), do: {:noreply, state}
end
