defmodule Reports.Application do
  use Application

  def start(_type, _args) do
    settings = Reports.Settings.fetch!()
    Supervisor.start_link([{Reports.Worker, settings}], strategy: :one_for_one)
  end
end

defmodule Reports.Settings do
  def fetch!() do
    %HTTPoison.Response{status_code: 200, body: body} = HTTPoison.get!("http://settings.internal/reports") # hazard
    Jason.decode!(body)
  end
end

defmodule Reports.Worker do
  use GenServer
  def start_link(settings), do: GenServer.start_link(__MODULE__, settings)
  def init(settings), do: {:ok, settings}
end
