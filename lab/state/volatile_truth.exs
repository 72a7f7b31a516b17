# A database that outlives the processes that use it.
defmodule Ecto.Repo do
  defmacro __using__(_) do
    quote do
      def insert!(row), do: Agent.update(:database, &[row | &1])
    end
  end
end

defmodule Lab.State.VolatileTruth do
  use Lab.Experiment,
    measures: "of five acknowledged orders, those that nobody knows after the server's crash",
    unit: "orders",
    holds: "hazard == 5 and fix == 0"

  def run(_variant) do
    {:ok, _} = Agent.start_link(fn -> [] end, name: :database)
    {:ok, _} = start_apart(fn -> Supervisor.start_link([Shop.Orders], strategy: :one_for_one) end)
    for number <- 1..5, do: :ok = GenServer.call(Shop.Orders, {:place, %{number: number}})
    kill_and_wait(Shop.Orders)
    known = Map.values(:sys.get_state(Shop.Orders).orders) ++ Agent.get(:database, & &1)
    5 - length(known)
  end
end
