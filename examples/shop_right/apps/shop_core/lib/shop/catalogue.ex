defmodule Shop.Catalogue do
  @moduledoc """
  The products we sell. They change when the buyers publish a new list, usually once a week.

  Readers look into a table. The process only loads new lists, in a task, and puts them into the table: while
  a list is loading, or when it cannot be had, the shop goes on with the one before.
  """

  use GenServer

  require Logger

  alias Shop.{Search, Stock}
  alias Shop.Catalogue.Loader

  @table :shop_catalogue
  @reload_ms :timer.hours(1)
  @retry_ms :timer.seconds(30)

  @type sku :: String.t()
  @type product :: %{
          sku: sku(),
          name: String.t(),
          price_cents: non_neg_integer(),
          stock: non_neg_integer(),
          tags: [String.t()]
        }

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @spec fetch(sku()) :: {:ok, product()} | :error
  def fetch(sku) do
    case :ets.lookup(@table, sku) do
      [{_sku, _generation, product}] -> {:ok, product}
      [] -> :error
    end
  end

  @spec price(sku()) :: {:ok, non_neg_integer()} | :error
  def price(sku) do
    with {:ok, product} <- fetch(sku), do: {:ok, product.price_cents}
  end

  @spec all() :: [product()]
  def all, do: :ets.select(@table, [{{:_, :_, :"$1"}, [], [:"$1"]}])

  @doc "Begins to load the published list again; a load that is under way is not doubled."
  @spec reload() :: :ok
  def reload, do: GenServer.call(__MODULE__, :reload)

  @impl true
  def init(_opts), do: {:ok, %{task: nil, timer: nil}, {:continue, :load}}

  @impl true
  def handle_continue(:load, state), do: {:noreply, load(state)}

  @impl true
  def handle_call(:reload, _from, state), do: {:reply, :ok, load(state)}

  @impl true
  def handle_info(:load, state), do: {:noreply, load(state)}

  def handle_info({ref, result}, %{task: %Task{ref: ref}} = state) do
    Process.demonitor(ref, [:flush])
    {:noreply, loaded(result, %{state | task: nil})}
  end

  def handle_info({:DOWN, ref, :process, _pid, reason}, %{task: %Task{ref: ref}} = state) do
    {:noreply, loaded({:error, reason}, %{state | task: nil})}
  end

  def handle_info(message, state) do
    Logger.warning("catalogue got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end

  defp load(%{task: nil} = state) do
    if state.timer, do: Process.cancel_timer(state.timer)
    %{state | timer: nil, task: Task.Supervisor.async_nolink(Shop.Core.Tasks, Loader, :load, [])}
  end

  defp load(state), do: state

  defp loaded({:ok, products}, state) do
    publish(products)
    load_after(state, @reload_ms)
  end

  defp loaded({:error, reason}, state) do
    Logger.error("no catalogue: #{inspect(reason)}, trying again in #{@retry_ms} ms")
    load_after(state, @retry_ms)
  end

  defp load_after(state, time_ms), do: %{state | timer: Process.send_after(self(), :load, time_ms)}

  # Inserting a list is one atomic step, and only then what is not in it goes: no reader sees a gap.
  defp publish(products) do
    generation = System.unique_integer()
    :ets.insert(@table, for({sku, product} <- products, do: {sku, generation, product}))
    :ets.select_delete(@table, [{{:_, :"$1", :_}, [{:"=/=", :"$1", generation}], [true]}])
    Stock.introduce(Map.values(products))
    Search.rebuild()
  end
end
