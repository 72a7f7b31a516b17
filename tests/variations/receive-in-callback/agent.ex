defmodule Depot.Keys do
  use Agent

  def start_link(vault), do: Agent.start_link(fn -> %{vault: vault} end, name: __MODULE__)

  def fetch(name) do
    Agent.get_and_update(__MODULE__, fn state ->
      send(state.vault, {:open, self(), name})

      receive do # hazard
        {:key, ^name, key} -> {key, Map.put(state, name, key)}
      end
    end)
  end
end
