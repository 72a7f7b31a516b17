defmodule Depot.Audit do
  @behaviour :gen_event

  @impl true
  def init(_), do: {:ok, 0}

  @impl true
  def handle_event({:changed, who, what}, count) do
    Depot.Repo.insert!(%Depot.Entry{who: who, what: what}) # hazard
    {:ok, count + 1}
  end

  def handle_event(_, count), do: {:ok, count}

  @impl true
  def handle_call(:count, count), do: {:ok, count, count}
end

defmodule Depot.Repo do
  use Ecto.Repo, otp_app: :depot, adapter: Ecto.Adapters.Postgres
end
