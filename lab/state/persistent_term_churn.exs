defmodule Phoenix.Controller do
  defmacro __using__(_), do: quote(do: import(Phoenix.Controller))
  def json(_conn, value), do: value
end

defmodule Lab.State.PersistentTermChurn do
  use Lab.Experiment,
    measures: "CPU time that twenty updates cost the VM, where 5,000 processes live",
    unit: "ms",
    holds: "hazard >= 20 and hazard >= 4 * fix"

  def run(_variant) do
    :ets.new(:flags, [:named_table, :public])
    for _ <- 1..5_000, do: spawn_link(fn -> Process.sleep(:infinity) end)
    update(0)
    before = settled()
    for n <- 1..20, do: update(n)
    settled() - before
  end

  # What an update starts goes on behind its back: the CPU time that the VM has used when it uses hardly any more.
  defp settled(last \\ -1_000) do
    {used, _} = :erlang.statistics(:runtime)
    Process.sleep(150)
    if used - last <= 1, do: used, else: settled(used)
  end

  defp update(n), do: ShopWeb.FlagController.update(nil, %{"tenant" => "shop", "beta" => n, "theme" => "dark"})
end
