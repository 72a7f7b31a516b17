defmodule Depot.Session do
  use GenServer

  def start_link(id) do
    profile = Depot.Profiles.download(id)
    GenServer.start_link(__MODULE__, profile)
  end

  @impl true
  def init(profile), do: {:ok, profile}
end

defmodule Depot.Profiles do
  def download(id), do: "https://profiles.example/#{id}" |> Req.get!(receive_timeout: 20_000) |> Map.fetch!(:body)
end

defmodule Depot.Application do
  use Application

  @impl true
  def start(_type, _args) do
    children = [{DynamicSupervisor, name: Depot.Sessions, strategy: :one_for_one}, DepotWeb.Endpoint]
    Supervisor.start_link(children, strategy: :one_for_one)
  end
end

defmodule DepotWeb.SessionController do
  use Phoenix.Controller

  def create(conn, %{"id" => id}) do
    case DynamicSupervisor.start_child(Depot.Sessions, {Depot.Session, id}) do # hazard
      {:ok, _pid} -> json(conn, :ok)
      {:error, reason} -> json(conn, inspect(reason))
    end
  end
end
