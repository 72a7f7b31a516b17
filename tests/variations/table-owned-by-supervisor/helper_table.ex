defmodule Rate.Limiter do
  use GenServer

  def start_link(opts) do
    table = Rate.Tables.counters()
    GenServer.start_link(__MODULE__, {table, opts})
  end

  def init(state), do: {:ok, state}
  def handle_call({:hit, key}, _from, {table, _} = state), do: {:reply, :ets.update_counter(table, key, 1, {key, 0}), state}
end

defmodule Rate.Tables do
  def counters, do: :ets.new(:counters, [:public, write_concurrency: true]) # hazard
end

defmodule Rate.Application do
  use Application
  def start(_, _), do: Supervisor.start_link([{Rate.Limiter, limit: 5}], strategy: :one_for_one)
end
