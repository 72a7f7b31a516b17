defmodule Depot.Drain do
  use GenServer

  def start_link(options), do: GenServer.start_link(__MODULE__, options, name: __MODULE__)

  @impl true
  def init(options) do
    Process.flag(:trap_exit, true)
    {:ok, options}
  end

  @impl true
  def terminate(_reason, _state) do
    for {_, pid, _, _} <- parts(), do: GenServer.call(pid, :drain)
  end

  defp parts, do: Supervisor.which_children(Depot.Supervisor) # hazard BW410 BW118
end

defmodule Depot.Supervisor do
  use Supervisor

  def start_link(_), do: Supervisor.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_), do: Supervisor.init([Depot.Drain], strategy: :one_for_one)
end
