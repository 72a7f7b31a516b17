defmodule Ticker do
  use Task, restart: :permanent

  def start_link(interval) do
    :ticks = :ets.new(:ticks, [:named_table, :public, :ordered_set]) # hazard
    Task.start_link(fn -> loop(interval) end)
  end

  defp loop(interval) do
    :ets.insert(:ticks, {System.monotonic_time(), 1})
    Process.sleep(interval)
    loop(interval)
  end
end

defmodule Ticker.Application do
  use Application
  def start(_, _), do: Supervisor.start_link([{Ticker, 1000}], strategy: :one_for_one)
end
