defmodule Depot.Cache do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def get(key), do: :ets.lookup(__MODULE__, key)
  def put(key, value), do: :ets.insert(__MODULE__, {key, value})
  def clear, do: :ets.delete_all_objects(__MODULE__)

  @impl true
  def init(_), do: {:ok, :ets.new(__MODULE__, [:named_table, :public, read_concurrency: true])}
end

defmodule Depot.Refresher do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_) do
    Process.send_after(self(), :refresh, 0)
    {:ok, nil}
  end

  @impl true
  def handle_info(:refresh, state) do
    products = Depot.Repo.products()
    Depot.Cache.clear() # hazard
    Enum.each(products, fn product -> Depot.Cache.put(product.sku, product) end)
    Process.send_after(self(), :refresh, 60_000)
    {:noreply, state}
  end
end

defmodule DepotWeb.ProductController do
  use Phoenix.Controller

  def show(conn, %{"sku" => sku}) do
    case Depot.Cache.get(sku) do
      [{_, product}] -> json(conn, product)
      [] -> send_resp(conn, 404, "")
    end
  end
end
