defmodule Depot.Measures do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)

  @impl true
  def init(state) do
    :telemetry.attach("depot-measures", [:phoenix, :endpoint, :stop], &__MODULE__.handle_event/4, nil)
    {:ok, state}
  end

  def handle_event(_name, %{duration: duration}, %{conn: conn}, _config) do
    GenServer.cast(__MODULE__, {:request, conn.request_path, duration}) # hazard
  end

  @impl true
  def handle_cast({:request, path, duration}, state) do
    Depot.Repo.insert!(%Depot.Measure{path: path, duration: duration})
    {:noreply, state}
  end
end

defmodule Depot.Measure do
  use Ecto.Schema

  schema "measures" do
    field :path, :string
    field :duration, :integer
  end
end

defmodule Depot.Repo do
  use Ecto.Repo, otp_app: :depot, adapter: Ecto.Adapters.Postgres
end
