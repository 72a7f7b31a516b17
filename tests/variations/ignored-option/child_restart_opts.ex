defmodule Jobs.Runner do
  use GenServer

  def child_spec(arg) do
    %{
      id: {__MODULE__, arg},
      start: {__MODULE__, :start_link, [arg]},
      restart_type: :temporary # hazard
    }
  end

  def start_link(arg), do: GenServer.start_link(__MODULE__, arg)
  def init(arg), do: {:ok, arg, {:continue, :run}}

  def handle_continue(:run, arg) do
    IO.inspect(arg)
    {:stop, :normal, arg}
  end
end

defmodule Jobs do
  def start(arg), do: DynamicSupervisor.start_child(Jobs.Supervisor, {Jobs.Runner, arg})
end

defmodule Jobs.Application do
  use Application

  def start(_, _) do
    Supervisor.start_link([{DynamicSupervisor, name: Jobs.Supervisor}], strategy: :one_for_one)
  end
end
