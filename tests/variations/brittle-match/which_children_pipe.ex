defmodule Pool.Stats do
  def lengths do
    Pool.Supervisor
    |> Supervisor.which_children()
    |> Enum.map(fn {_id, pid, _type, _modules} -> Process.info(pid, :message_queue_len) end) # hazard
  end
end

defmodule Pool.Supervisor do
  use DynamicSupervisor
  def start_link(_), do: DynamicSupervisor.start_link(__MODULE__, [], name: __MODULE__)
  def init(_), do: DynamicSupervisor.init(strategy: :one_for_one)
end
