defmodule Depot.Owner do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_) do
    :net_kernel.monitor_nodes(true)
    {:ok, nil}
  end

  @impl true
  def handle_info({:nodedown, _node}, state) do
    :global.re_register_name(:depot_owner, self()) # hazard
    {:noreply, state}
  end

  def handle_info(_, state), do: {:noreply, state}
end
