defmodule Mail.Supervisor do
  use Supervisor

  @strategy :one_for_rest

  def start_link(arg), do: Supervisor.start_link(__MODULE__, arg, name: __MODULE__)

  def init(_) do
    children = [Mail.Queue, Mail.Sender]
    Supervisor.init(children, strategy: @strategy) # hazard
  end
end

defmodule Mail.Queue do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [])
  def init(state), do: {:ok, state}
end

defmodule Mail.Sender do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [])
  def init(state), do: {:ok, state}
end
