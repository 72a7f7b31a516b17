defmodule Depot.Flags do
  use Agent

  def start_link(_), do: Agent.start_link(&load/0, name: __MODULE__)

  def enabled?(flag), do: Agent.get(__MODULE__, &(flag in &1)) # hazard

  def reload, do: Agent.update(__MODULE__, fn _ -> load() end)

  defp load, do: Application.get_env(:depot, :flags, [])
end
