defmodule Metrics.Buffer do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def push(point), do: GenServer.cast(__MODULE__, {:push, point})
  def init(points), do: {:ok, points}
  def handle_cast({:push, point}, points), do: {:noreply, [point | points]}

  @impl true
  def terminate(_reason, points) do # hazard
    points |> Enum.reverse() |> Metrics.Backend.flush()
  end
end

defmodule Metrics.Backend do
  def flush(points), do: Enum.each(points, &Metrics.Repo.insert!/1)
end

defmodule Metrics.Repo do
  use Ecto.Repo, otp_app: :metrics, adapter: Ecto.Adapters.Postgres
end

defmodule Metrics.Application do
  use Application
  def start(_, _), do: Supervisor.start_link([Metrics.Repo, Metrics.Buffer], strategy: :one_for_one)
end
