defmodule Ecto.Migrator do
  def run(_repo, _path, :up, _options), do: []
end

defmodule Lab.State.OneShotProcess do
  use Lab.Experiment,
    measures: "processes that a hundred tenants' migrations leave behind",
    unit: "processes",
    holds: "hazard == 100 and fix == 0"

  def run(_variant) do
    before = Process.list()
    for n <- 1..100, do: {:ok, _} = GenServer.start(Shop.TenantMigrations, %{"id" => n, "path" => "migrations"})
    Process.sleep(200)
    length(Process.list() -- before)
  end
end
