defmodule Phoenix.Controller do
  defmacro __using__(_), do: quote(do: import(Phoenix.Controller))
  def json(_conn, value), do: value
end

defmodule Lab.Bottleneck.AgentAsCache do
  use Lab.Experiment,
    measures: "reads a second, of four readers together",
    unit: "reads/s",
    holds: "fix >= 4 * hazard"

  def run(variant) do
    flags = %{sale: true, beta: false}
    {:ok, _} = Shop.Flags.start_link([])
    if variant == :hazard, do: Agent.update(Shop.Flags, fn _ -> flags end), else: :persistent_term.put(Shop.Flags, flags)
    true = ShopWeb.PageController.show(nil, %{})
    reads_per_second(4, 300, fn -> ShopWeb.PageController.show(nil, %{}) end)
  end
end
