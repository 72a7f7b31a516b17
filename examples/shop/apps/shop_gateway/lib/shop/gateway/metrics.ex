defmodule Shop.Gateway.Metrics do
  @moduledoc "Counts requests by address; the monitoring reads the totals."

  use GenServer

  require Logger

  alias Shop.Core.Tables

  @table :shop_metrics
  @report_ms :timer.minutes(5)

  def start_link(_opts) do
    Tables.create(@table, :set)
    GenServer.start_link(__MODULE__, [], name: __MODULE__)
  end

  @spec count(String.t()) :: integer()
  def count(path), do: :ets.update_counter(@table, path, 1, {path, 0})

  @spec total() :: non_neg_integer()
  def total, do: :ets.foldl(fn {_path, count}, sum -> sum + count end, 0, @table)

  @impl true
  def init(_opts) do
    Process.send_after(self(), :report, @report_ms)
    {:ok, %{}}
  end

  @impl true
  def handle_info(:report, state) do
    Logger.info("#{total()} requests so far")
    Process.send_after(self(), :report, @report_ms)
    {:noreply, state}
  end
end
