defmodule Depot.Sweeper do
  def child_spec(_), do: %{id: __MODULE__, start: {__MODULE__, :start_link, []}}

  def start_link do
    {:ok,
     spawn_link(fn ->
       :timer.send_interval(Application.get_env(:depot, :sweep_every, 10_000), :sweep) # hazard
       loop(0)
     end)}
  end

  defp loop(count) do
    receive do
      :sweep ->
        Depot.Repo.query!("delete from baskets where seen_at < now() - interval '1 day'", [], timeout: :infinity)
        loop(count + 1)

      _ ->
        loop(count)
    end
  end
end

defmodule Depot.Repo do
  use Ecto.Repo, otp_app: :depot, adapter: Ecto.Adapters.Postgres
end
