defmodule Depot.Subscribers do
  defstruct by_pid: %{}

  def new, do: %__MODULE__{}

  def add(%__MODULE__{by_pid: by_pid} = subscribers, pid) do
    %{subscribers | by_pid: Map.put_new_lazy(by_pid, pid, fn -> Process.monitor(pid) end)}
  end

  def remove(%__MODULE__{by_pid: by_pid} = subscribers, pid) do
    %{subscribers | by_pid: Map.delete(by_pid, pid)} # hazard
  end

  def pids(subscribers), do: Map.keys(subscribers.by_pid)
end
