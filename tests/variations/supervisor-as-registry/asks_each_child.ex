defmodule Depot.Games do
  @supervisor Depot.GameSupervisor

  def pid_of(code) do
    Enum.find_value(children(), :error, fn pid ->
      if Depot.Game.code(pid) == code, do: {:ok, pid}
    end)
  end

  defp children do
    @supervisor
    |> DynamicSupervisor.which_children() # hazard
    |> Enum.map(fn {:undefined, pid, _type, _modules} -> pid end)
    |> Enum.filter(&is_pid/1)
  end
end

defmodule Depot.Game do
  use GenServer, restart: :temporary

  def start_link(code), do: GenServer.start_link(__MODULE__, code)
  def code(pid), do: GenServer.call(pid, :code)

  @impl true
  def init(code), do: {:ok, %{code: code}}

  @impl true
  def handle_call(:code, _from, state), do: {:reply, state.code, state}
end

defmodule Depot.Application do
  use Application

  def start(_type, _args) do
    Supervisor.start_link([{DynamicSupervisor, name: Depot.GameSupervisor, strategy: :one_for_one}], strategy: :one_for_one)
  end

  def open(code), do: DynamicSupervisor.start_child(Depot.GameSupervisor, {Depot.Game, code})
end

defmodule DepotWeb.GameController do
  use Phoenix.Controller

  def show(conn, %{"code" => code}) do
    with {:ok, pid} <- Depot.Games.pid_of(code), do: json(conn, inspect(pid))
  end
end
