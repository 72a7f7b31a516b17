# The name is made of a key, and init reads a file before it sends itself the rest.
defmodule Room do
  use GenServer

  def start_link(id), do: GenServer.start_link(__MODULE__, id, name: via(id))
  def join(id, guest), do: GenServer.call(via(id), {:join, guest})
  defp via(id), do: {:via, Registry, {Rooms, id}}

  @impl true
  def init(id) do
    rules = File.read!("rules")
    Process.send(self(), {:open, rules}, []) # hazard
    {:ok, %{id: id, log: nil}}
  end

  @impl true
  def handle_info({:open, rules}, state), do: {:noreply, Map.put(state, :log, Log.open!(state.id, rules))}

  @impl true
  def handle_call({:join, guest}, _from, state) do
    :ok = GenServer.call(state.log, {:write, guest})
    {:reply, :ok, state}
  end
end
