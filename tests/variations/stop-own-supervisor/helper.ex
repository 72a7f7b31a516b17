defmodule Match.Server do
  use GenServer

  def start_link(id), do: GenServer.start_link(__MODULE__, id)

  def init(id) do
    Process.flag(:trap_exit, true)
    {:ok, id}
  end

  def handle_cast(:finish, id) do
    Match.Supervisor.finish(id) # hazard
    {:stop, :normal, id}
  end

  def terminate(_reason, id), do: File.write!("/var/matches/#{id}", "finished")
end

defmodule Match.Supervisor do
  use Supervisor

  def start_link(id), do: Supervisor.start_link(__MODULE__, id, name: name(id))
  def finish(id), do: id |> name() |> Supervisor.stop(:normal)
  defp name(id), do: {:via, Registry, {Match.Names, id}}
  def init(id), do: Supervisor.init([{Match.Server, id}], strategy: :one_for_all)
end
