defmodule Depot.Restart do
  def restart(id) do
    [{pid, _}] = Registry.lookup(Depot.Registry, id)
    ref = Process.monitor(pid)
    DynamicSupervisor.terminate_child(Depot.Trucks, pid)

    receive do
      {:DOWN, ^ref, :process, ^pid, _reason} -> :ok
    end

    case Registry.lookup(Depot.Registry, id) do # hazard
      [] -> DynamicSupervisor.start_child(Depot.Trucks, {Depot.Truck, id})
      [{pid, _}] -> {:ok, pid}
    end
  end
end
