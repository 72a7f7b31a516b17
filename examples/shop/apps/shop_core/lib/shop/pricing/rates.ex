defmodule Shop.Pricing.Rates do
  @moduledoc "Exchange rates against the euro, from the bank's daily list."

  use Agent

  require Logger

  alias Shop.Notify.HttpClient

  @initial %{EUR: 1.0, USD: 1.08, GBP: 0.85, CHF: 0.96}
  @refresh_ms :timer.hours(24)

  def start_link(_opts) do
    :timer.apply_interval(@refresh_ms, __MODULE__, :refresh, [])
    Agent.start_link(fn -> @initial end, name: __MODULE__)
  end

  @spec rate(atom()) :: {:ok, float()} | :error
  def rate(currency) do
    rates = Agent.get(__MODULE__, & &1)
    Map.fetch(rates, currency)
  end

  @doc "Takes today's list from the bank."
  @spec refresh() :: :ok
  def refresh do
    Agent.update(__MODULE__, fn rates -> Map.merge(rates, download()) end)
  end

  defp download do
    case HttpClient.get(Application.fetch_env!(:shop_core, :rates_url)) do
      {:ok, text} ->
        parse(text)

      {:error, reason} ->
        Logger.warning("no exchange rates: #{inspect(reason)}")
        %{}
    end
  end

  defp parse(text) do
    for line <- String.split(text, "\n", trim: true),
        [name, rate] <- [String.split(line, ",")],
        into: %{} do
      {String.to_atom(name), String.to_float(rate)}
    end
  end
end
