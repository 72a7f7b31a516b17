defmodule Depot.Batcher do
  def start_link(_), do: Task.start_link(__MODULE__, :loop, [[]])

  def loop(batch) do
    receive do
      {:add, item} ->
        loop([item | batch])

      :flush ->
        Task.Supervisor.async_nolink(Depot.Tasks, fn -> Depot.Remote.push(batch) end) # hazard BW205 BW211
        __MODULE__.loop([])
    end
  end
end
