defmodule Depot.Projection do
  use GenServer

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts)

  @impl true
  def init(opts) do
    Phoenix.PubSub.subscribe(Depot.PubSub, "orders")
    {:ok, %{table: opts[:table], totals: %{}}, 0} # hazard
  end

  @impl true
  def handle_info(:timeout, state), do: {:noreply, %{state | totals: Depot.Store.totals(state.table)}}

  def handle_info({:order, %{item: item, sum: sum}}, state) do
    {:noreply, update_in(state.totals[item], &((&1 || 0) + sum))}
  end
end
