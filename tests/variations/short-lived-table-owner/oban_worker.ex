defmodule Depot.Rates.Worker do
  use Oban.Worker, queue: :rates

  @impl true
  def perform(_job) do
    create_table()
    for {currency, rate} <- Depot.Bank.rates(), do: :ets.insert(:depot_rates, {currency, rate})
    :ok
  end

  defp create_table do
    :ets.new(:depot_rates, [:set, :protected, :named_table]) # hazard
  rescue
    ArgumentError -> :ok
  end
end

defmodule DepotWeb.RateController do
  use Phoenix.Controller

  def show(conn, %{"currency" => currency}), do: json(conn, Map.new(:ets.lookup(:depot_rates, currency)))
end
