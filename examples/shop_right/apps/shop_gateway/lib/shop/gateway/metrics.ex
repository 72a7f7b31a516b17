defmodule Shop.Gateway.Metrics do
  @moduledoc """
  Counts requests by the part of the shop they go to; the monitoring reads the totals. Also looks at the
  mailboxes of all processes that others wait for: a long one is the first sign of overload.
  """

  use GenServer

  require Logger

  @table :shop_metrics
  @areas ~w(health products search cart checkout orders webhooks payments)
  @report_ms :timer.minutes(5)
  @watch_ms :timer.seconds(5)
  @long_queue 500

  @watched [
    Shop.Catalogue,
    Shop.Search,
    Shop.Pricing.Rates,
    Shop.Stock,
    Shop.Stock.Reservations,
    Shop.Orders,
    Shop.Orders.Journal,
    Shop.Notify.Mailer,
    Shop.Notify.Webhooks,
    Shop.Cluster.Membership,
    Shop.Cluster.StockSync,
    Shop.Cluster.Leader,
    Shop.Gateway.Listener,
    Shop.Gateway.Sessions,
    Shop.Reports.Sales,
    Shop.Reports.Exporter,
    :payment_server,
    :payment_ledger,
    :payment_fraud,
    :payment_tokens,
    :payment_refunds
  ]

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @spec count(String.t()) :: integer()
  def count(path) do
    area = path |> String.split("/", trim: true) |> List.first()
    # Addresses that are not ours share one counter, or anybody could fill the table.
    key = if area in @areas, do: :binary.copy(area), else: "other"
    :ets.update_counter(@table, key, 1, {key, 0})
  end

  @spec total() :: non_neg_integer()
  def total, do: :ets.foldl(fn {_area, count}, sum -> sum + count end, 0, @table)

  @doc "The lengths of all watched mailboxes, by name."
  @spec queues() :: %{atom() => non_neg_integer()}
  def queues do
    for name <- @watched,
        pid when is_pid(pid) <- [Process.whereis(name)],
        {:message_queue_len, length} <- [Process.info(pid, :message_queue_len)],
        into: %{},
        do: {name, length}
  end

  @impl true
  def init(_opts) do
    Process.send_after(self(), :report, @report_ms)
    Process.send_after(self(), :watch, @watch_ms)
    {:ok, %{}}
  end

  @impl true
  def handle_info(:report, state) do
    Logger.info("#{total()} requests so far")
    Process.send_after(self(), :report, @report_ms)
    {:noreply, state}
  end

  def handle_info(:watch, state) do
    case Enum.filter(queues(), fn {_name, length} -> length > @long_queue end) do
      [] -> :ok
      long -> Logger.error("long message queues: #{inspect(long)}")
    end

    Process.send_after(self(), :watch, @watch_ms)
    {:noreply, state}
  end

  def handle_info(message, state) do
    Logger.warning("metrics got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end
end
