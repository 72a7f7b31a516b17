defmodule Depot.Users do
  use Agent

  import Ecto.Query

  def start_link(_), do: Agent.start_link(fn -> %{} end, name: __MODULE__)

  def get(id), do: Agent.get_and_update(__MODULE__, &find_or_load(&1, id), 15_000) # hazard

  defp find_or_load(users, id) do
    case Map.fetch(users, id) do
      {:ok, user} ->
        {user, users}

      :error ->
        user = load(id)
        {user, Map.put(users, id, user)}
    end
  end

  defp load(id), do: Depot.Repo.one(from(u in "users", where: u.id == ^id, select: u.name))
end

defmodule Depot.Repo do
  use Ecto.Repo, otp_app: :depot, adapter: Ecto.Adapters.Postgres
end
