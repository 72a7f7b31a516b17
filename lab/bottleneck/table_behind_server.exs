defmodule Phoenix.Controller do
  defmacro __using__(_), do: quote(do: import(Phoenix.Controller))
  def json(_conn, value), do: value
end

defmodule Lab.Bottleneck.TableBehindServer do
  use Lab.Experiment,
    measures: "reads a second, of four readers together",
    unit: "reads/s",
    holds: "fix >= 4 * hazard"

  def run(_variant) do
    {:ok, _} = Shop.Routes.start_link([])
    [] = Shop.Routes.find("Berlin")
    reads_per_second(4, 300, fn -> Shop.Routes.find("Berlin") end)
  end
end
