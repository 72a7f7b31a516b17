defmodule Shop.Reports.Supervisor do
  @moduledoc "The back office: sales figures, and their nightly export, which reads them."

  use Supervisor

  def start_link(_opts), do: Supervisor.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_opts) do
    children = [
      Shop.Reports.Sales,
      Shop.Reports.Exporter
    ]

    Supervisor.init(children, strategy: :rest_for_one, max_restarts: 5, max_seconds: 60)
  end
end
