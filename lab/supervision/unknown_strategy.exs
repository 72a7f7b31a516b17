for name <- [Shop.Stock, Shop.Orders] do
  defmodule name do
    use Agent
    def start_link(_), do: Agent.start_link(fn -> 0 end, name: __MODULE__)
  end
end

defmodule Lab.Supervision.UnknownStrategy do
  use Lab.Experiment,
    measures: "starts of the application that fail, of five",
    unit: "starts",
    holds: "hazard == 5 and fix == 0"

  def run(_variant), do: count(5, fn -> not starts?() end)

  defp starts? do
    case start_apart(fn -> Shop.Application.start(:normal, []) end) do
      {:ok, tree} -> Supervisor.stop(tree) == :ok
      _failure -> false
    end
  end
end
