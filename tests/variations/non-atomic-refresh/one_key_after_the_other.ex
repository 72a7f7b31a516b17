defmodule Depot.Flags do
  use GenServer

  @table :depot_flags

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def on?(flag), do: :ets.member(@table, flag)

  @impl true
  def init(_) do
    :ets.new(@table, [:named_table, :set, :protected, read_concurrency: true])
    {:ok, nil}
  end

  @impl true
  def handle_cast({:flags, flags}, state) do
    for {flag, _} <- :ets.tab2list(@table), do: :ets.delete(@table, flag) # hazard
    for flag <- flags, do: :ets.insert(@table, {flag, true})
    {:noreply, state}
  end
end
