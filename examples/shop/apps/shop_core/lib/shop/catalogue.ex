defmodule Shop.Catalogue do
  @moduledoc """
  The products we sell. They change when the buyers publish a new list, usually once a week.
  """

  use GenServer

  alias Shop.Catalogue.Loader

  @reload_ms :timer.hours(1)

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
  def fetch(sku), do: GenServer.call(__MODULE__, {:fetch, sku})

  @spec price(sku()) :: {:ok, non_neg_integer()} | :error
  def price(sku) do
    with {:ok, product} <- fetch(sku), do: {:ok, product.price_cents}
  end

  @spec all() :: [product()]
  def all, do: GenServer.call(__MODULE__, :all)

  @doc "Loads the published list again; returns the number of products."
  @spec reload() :: {:ok, non_neg_integer()}
  def reload, do: GenServer.call(__MODULE__, :reload)

  @impl true
  def init(_opts) do
    {:ok, products} = Loader.load()
    Process.send_after(self(), :reload, @reload_ms)
    {:ok, %{products: products}}
  end

  @impl true
  def handle_call({:fetch, sku}, _from, state) do
    {:reply, Map.fetch(state.products, sku), state}
  end

  def handle_call(:all, _from, state) do
    {:reply, Map.values(state.products), state}
  end

  def handle_call(:reload, _from, state) do
    {:ok, products} = Loader.load()
    {:reply, {:ok, map_size(products)}, %{state | products: products}}
  end

  @impl true
  def handle_info(:reload, state) do
    {:ok, products} = Loader.load()
    Process.send_after(self(), :reload, @reload_ms)
    {:noreply, %{state | products: products}}
  end
end
