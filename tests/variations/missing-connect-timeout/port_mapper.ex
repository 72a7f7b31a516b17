defmodule Fleet.Survey do
  @moduledoc "Counts the nodes of each host of the fleet."
  use GenServer

  def start_link(hosts), do: GenServer.start_link(__MODULE__, hosts, name: __MODULE__)

  @impl true
  def init(hosts) do
    Process.send_after(self(), :count, 1_000)
    {:ok, %{hosts: hosts, nodes: 0}}
  end

  @impl true
  def handle_info(:count, state) do
    Process.send_after(self(), :count, 60_000)
    {:noreply, %{state | nodes: Enum.sum(Enum.map(state.hosts, &nodes_of/1))}}
  end

  defp nodes_of(host) do
    # hazard
    case :net_adm.names(String.to_charlist(host)) do
      {:ok, names} -> length(names)
      {:error, _} -> 0
    end
  end
end
