defmodule Shop.Pricing.Rates do
  @moduledoc """
  Exchange rates against the euro, from the bank's daily list. Readers look into a table; the download runs in
  a task, and where it fails yesterday's rates stay.
  """

  use GenServer

  require Logger

  alias Shop.Notify.HttpClient
  alias Shop.Pricing

  @table :shop_rates
  @initial [EUR: 1.0, USD: 1.08, GBP: 0.85, CHF: 0.96]
  @refresh_ms :timer.hours(24)

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @spec rate(atom()) :: {:ok, float()} | :error
  def rate(currency) do
    case :ets.lookup(@table, currency) do
      [{_currency, rate}] -> {:ok, rate}
      [] -> :error
    end
  end

  @doc "Begins to take today's list from the bank; a download that is under way is not doubled."
  @spec refresh() :: :ok
  def refresh, do: GenServer.call(__MODULE__, :refresh)

  @doc "The bank's list, as it is now."
  @spec download() :: {:ok, [{atom(), float()}]} | {:error, term()}
  def download do
    with {:ok, text} <- HttpClient.get(Application.fetch_env!(:shop_core, :rates_url)) do
      {:ok, parse(text)}
    end
  end

  @impl true
  def init(_opts) do
    # A restart keeps the rates that are already there.
    :ets.insert_new(@table, @initial)
    Process.send_after(self(), :refresh, @refresh_ms)
    {:ok, %{task: nil}}
  end

  @impl true
  def handle_call(:refresh, _from, state), do: {:reply, :ok, begin(state)}

  @impl true
  def handle_info(:refresh, state) do
    Process.send_after(self(), :refresh, @refresh_ms)
    {:noreply, begin(state)}
  end

  def handle_info({ref, result}, %{task: %Task{ref: ref}} = state) do
    Process.demonitor(ref, [:flush])
    keep(result)
    {:noreply, %{state | task: nil}}
  end

  def handle_info({:DOWN, ref, :process, _pid, reason}, %{task: %Task{ref: ref}} = state) do
    keep({:error, reason})
    {:noreply, %{state | task: nil}}
  end

  def handle_info(message, state) do
    Logger.warning("rates got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end

  defp begin(%{task: nil} = state) do
    %{state | task: Task.Supervisor.async_nolink(Shop.Core.Tasks, __MODULE__, :download, [])}
  end

  defp begin(state), do: state

  defp keep({:ok, rates}), do: :ets.insert(@table, rates)
  defp keep({:error, reason}), do: Logger.warning("no exchange rates: #{inspect(reason)}")

  defp parse(text) do
    for line <- String.split(text, "\n", trim: true),
        [name, rate] <- [String.split(line, ",")],
        {:ok, currency} <- [Pricing.known_currency(name)],
        {rate, ""} <- [Float.parse(rate)] do
      {currency, rate}
    end
  end
end
