defmodule Depot.Game do
  use GenServer, restart: :transient

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: opts[:name])

  @impl GenServer
  def init(opts) do
    with {:ok, rules} <- fetch_rules(opts[:kind]),
         {:ok, board} <- Depot.Boards.generate(rules) do
      {:ok, %{rules: rules, board: board}}
    else
      {:error, reason} -> {:stop, reason}
    end
  end

  defp fetch_rules(kind) do
    case Finch.build(:get, "https://rules.example/#{kind}") |> Finch.request(Depot.Finch) do
      {:ok, %{status: 200, body: body}} -> Jason.decode(body)
      _ -> {:error, :unavailable}
    end
  end
end

defmodule Depot.Games do
  @supervisor Depot.GameSupervisor

  def open(kind, id) do
    spec = {Depot.Game, kind: kind, name: {:via, Registry, {Depot.Games.Names, id}}}
    DynamicSupervisor.start_child(@supervisor, spec) # hazard
  end
end

defmodule DepotWeb.GameChannel do
  use Phoenix.Channel

  def join("game:" <> id, %{"kind" => kind}, socket) do
    {:ok, pid} = Depot.Games.open(kind, id)
    {:ok, assign(socket, :game, pid)}
  end
end

defmodule Depot.Application do
  use Application

  def start(_, _) do
    Supervisor.start_link(
      [
        {Registry, keys: :unique, name: Depot.Games.Names},
        {DynamicSupervisor, strategy: :one_for_one, name: Depot.GameSupervisor}
      ],
      strategy: :one_for_one
    )
  end
end
