defmodule Shop.Warehouse do
  # Fails as a service does whose answer nobody expected.
  def count(_item), do: raise("the warehouse is closed")
end

defmodule Lab.Blocking.ReplyCanBeLost do
  use Lab.Experiment,
    measures: "callers who still wait after 300 ms for a task that crashed at once, of five",
    unit: "callers",
    holds: "hazard == 5 and fix == 0"

  def run(_variant) do
    {:ok, _} = Task.Supervisor.start_link(name: Shop.Tasks)
    {:ok, _} = Shop.Stock.start_link([])

    1..5
    |> Enum.map(fn item -> Task.async(fn -> outcome(300, fn -> Shop.Stock.count(item) end) end) end)
    |> Task.await_many()
    |> Enum.count(&match?({:hangs, nil}, &1))
  end
end
