defmodule Lab.Supervision.BootOrder do
  use Lab.Experiment,
    measures: "starts of the application that fail, of five",
    unit: "starts",
    holds: "hazard == 5 and fix == 0"

  def run(_variant), do: count(5, fn -> not starts?() end)

  defp starts? do
    case start_apart(fn -> Shop.Application.start(:normal, []) end) do
      {:ok, tree} -> Supervisor.stop(tree) == :ok
      {:error, _reason} -> false
    end
  end
end
