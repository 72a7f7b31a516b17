defmodule Topics.Application do
  use Application

  def start(_, _) do
    Supervisor.start_link([Topics.Router, Topics.Billing], strategy: :one_for_one)
  end
end

defmodule Topics.Router do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def register(topic), do: GenServer.cast(__MODULE__, {:register, topic, self()})
  def publish(topic, event), do: GenServer.cast(__MODULE__, {:publish, topic, event})
  def init(routes), do: {:ok, routes}

  def handle_cast({:register, topic, pid}, routes) do
    {:noreply, Map.update(routes, topic, [pid], &[pid | &1])}
  end

  def handle_cast({:publish, topic, event}, routes) do
    for pid <- Map.get(routes, topic, []), do: send(pid, {:event, topic, event})
    {:noreply, routes}
  end
end

defmodule Topics.Billing do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  def init(state) do
    Enum.each([:paid, :refunded], &Topics.Router.register/1) # hazard
    {:ok, state}
  end

  def handle_info({:event, topic, event}, state), do: {:noreply, [{topic, event} | state]}
end
