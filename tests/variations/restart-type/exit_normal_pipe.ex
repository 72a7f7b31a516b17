defmodule Session.Manager do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def init(sessions), do: {:ok, sessions}

  def handle_call({:open, id}, _from, sessions) do
    {:ok, pid} = DynamicSupervisor.start_child(Session.Supervisor, {Session.Worker, id})
    {:reply, pid, Map.put(sessions, id, pid)}
  end

  def handle_cast({:close, id}, sessions) do
    {pid, rest} = Map.pop(sessions, id)
    pid |> Process.exit(:normal) # hazard
    {:noreply, rest}
  end
end

defmodule Session.Worker do
  use GenServer, restart: :temporary
  def start_link(id), do: GenServer.start_link(__MODULE__, id)
  def init(id), do: {:ok, id}
end
