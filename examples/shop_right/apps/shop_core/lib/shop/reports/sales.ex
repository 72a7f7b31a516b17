defmodule Shop.Reports.Sales do
  @moduledoc "Sales figures, added up over all paid orders every five minutes into a table."

  use GenServer

  require Logger

  alias Shop.{Catalogue, Orders}

  @table :shop_reports
  @every_ms :timer.minutes(5)
  @keep_days 31

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "Pieces sold and cents earned by tag, as of the end of `day`, or as of now."
  @spec summary(Date.t()) :: %{String.t() => {non_neg_integer(), non_neg_integer()}}
  def summary(day) do
    case :ets.lookup(@table, day) do
      [{_day, summary}] -> summary
      [] -> %{}
    end
  end

  @impl true
  def init(_opts), do: {:ok, %{}, {:continue, :refresh}}

  @impl true
  def handle_continue(:refresh, state), do: {:noreply, refresh(state)}

  @impl true
  def handle_info(:refresh, state), do: {:noreply, refresh(state)}

  def handle_info(message, state) do
    Logger.warning("sales got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end

  defp refresh(state) do
    today = Date.utc_today()
    :ets.insert(@table, {today, Enum.reduce(paid(), %{}, &add/2)})
    :ets.delete(@table, Date.add(today, -@keep_days))
    Process.send_after(self(), :refresh, @every_ms)
    state
  end

  defp paid, do: for(%{status: :paid} = order <- Orders.all(), do: order)

  defp add(order, sums) do
    for {sku, quantity} <- order.items,
        {:ok, product} <- [Catalogue.fetch(sku)],
        tag <- product.tags,
        reduce: sums do
      sums ->
        cents = quantity * product.price_cents
        Map.update(sums, tag, {quantity, cents}, fn {p, c} -> {p + quantity, c + cents} end)
    end
  end
end
