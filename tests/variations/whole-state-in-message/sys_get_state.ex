defmodule Depot.Queue do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def push(job), do: GenServer.cast(__MODULE__, {:push, job})
  def size, do: length(:sys.get_state(__MODULE__).jobs) # hazard

  @impl true
  def init(_), do: {:ok, %{jobs: []}}

  @impl true
  def handle_cast({:push, job}, state), do: {:noreply, %{state | jobs: [job | state.jobs]}}

  @impl true
  def handle_call(:take, _from, %{jobs: [job | rest]} = state), do: {:reply, job, %{state | jobs: rest}}
end

defmodule DepotWeb.MetricsController do
  use Phoenix.Controller
  def show(conn, _params), do: json(conn, %{queue: Depot.Queue.size()})
end
