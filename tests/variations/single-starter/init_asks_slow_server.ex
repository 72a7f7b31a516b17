defmodule Depot.Pricer do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  def quote_for(sku), do: GenServer.call(__MODULE__, {:quote, sku}, :infinity)

  @impl true
  def init(state), do: {:ok, state}

  @impl true
  def handle_call({:quote, sku}, _from, state) do
    {:ok, response} = Tesla.post("https://prices.example/quote", sku)
    {:reply, response.body, state}
  end
end

defmodule Depot.Auction do
  use GenServer, restart: :temporary

  def start_link(sku), do: GenServer.start_link(__MODULE__, sku)

  @impl true
  def init(sku) do
    price = Depot.Pricer.quote_for(sku)
    {:ok, %{sku: sku, price: price}}
  end
end

defmodule Depot.AuctionSupervisor do
  use DynamicSupervisor

  def start_link(_), do: DynamicSupervisor.start_link(__MODULE__, :ok, name: __MODULE__)

  def init(:ok), do: DynamicSupervisor.init(strategy: :one_for_one, max_children: 10_000)
end

defmodule DepotWeb.AuctionController do
  use Phoenix.Controller

  def create(conn, params) do
    params["sku"]
    |> start()
    |> then(fn {:ok, _} -> json(conn, :started) end)
  end

  defp start(sku), do: DynamicSupervisor.start_child(Depot.AuctionSupervisor, {Depot.Auction, sku}) # hazard
end
