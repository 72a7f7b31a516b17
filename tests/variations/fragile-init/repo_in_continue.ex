defmodule Plans.Cache do
  use GenServer
  alias Plans.Store

  def start_link(_), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)
  def init(_), do: {:ok, %{}, {:continue, :load}}

  def handle_continue(:load, _) do
    {:noreply, Store.load() |> Enum.into(%{}, &{&1.id, &1})}
  end
end

defmodule Plans.Store do
  import Ecto.Query

  def load, do: from(p in "plans", select: %{id: p.id}) |> Plans.Repo.all() # hazard
end

defmodule Plans.Repo do
  use Ecto.Repo, otp_app: :plans, adapter: Ecto.Adapters.Postgres
end

defmodule Plans.Application do
  use Application
  def start(_, _), do: Supervisor.start_link([Plans.Repo, Plans.Cache], strategy: :one_for_one)
end
