defmodule Pipeline.Supervisor do
  use Supervisor

  def start_link(arg), do: Supervisor.start_link(__MODULE__, arg, name: __MODULE__)
  def children_count, do: Supervisor.count_children(__MODULE__).active
  def init(_), do: Supervisor.init([Pipeline.Source, Pipeline.Sink], strategy: :rest_for_one)
end

defmodule Pipeline.Source do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [])
  def init(state), do: {:ok, state}
end

defmodule Pipeline.Sink do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [])

  def init(_) do
    {:ok, %{upstream: Pipeline.Supervisor.children_count()}} # hazard
  end
end
