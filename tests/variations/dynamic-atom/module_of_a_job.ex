defmodule DepotWeb.ReportController do
  use Phoenix.Controller

  def create(conn, %{"report" => report}) do
    module = Module.concat([Depot.Reports, Macro.camelize(report["kind"])]) # hazard
    json(conn, module.run(report))
  end
end
