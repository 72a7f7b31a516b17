defmodule Shop.Core.Application do
  @moduledoc """
  Starts the catalogue, stock, orders and carts.

  Every child uses only what stands before it, so that a child that dies takes along just those that build on
  it. What must outlive them is in tables, whose owner comes first and does nothing else.
  """

  use Application

  @tables [
    shop_catalogue: [:set, read_concurrency: true],
    shop_search: [:set, read_concurrency: true],
    shop_rates: [:set, read_concurrency: true],
    shop_stock: [:set, read_concurrency: true],
    shop_reserved: [:set],
    shop_orders: [:set, read_concurrency: true, write_concurrency: true],
    shop_order_number: [:set, write_concurrency: true],
    shop_carts: [:set, read_concurrency: true, write_concurrency: true],
    shop_reports: [:set, read_concurrency: true]
  ]

  @impl true
  def start(_type, _args) do
    children =
      [
        {Shop.Core.Tables, name: Shop.Core.Tables, tables: @tables},
        {Task.Supervisor, name: Shop.Core.Tasks},
        Shop.Catalogue,
        Shop.Search,
        Shop.Pricing.Rates,
        Shop.Stock,
        Shop.Stock.Reservations,
        Shop.Orders.Journal,
        Shop.Orders,
        {Registry, keys: :unique, name: Shop.Carts.Registry, partitions: System.schedulers_online()},
        {PartitionSupervisor,
         child_spec: {DynamicSupervisor, strategy: :one_for_one, max_children: 20_000}, name: Shop.Carts.Supervisor}
      ] ++ reports()

    Supervisor.start_link(children,
      strategy: :rest_for_one,
      max_restarts: 10,
      max_seconds: 60,
      name: Shop.Core.Supervisor
    )
  end

  # Reports run on the back-office node only.
  defp reports do
    if Application.get_env(:shop_core, :reports, false), do: [Shop.Reports.Supervisor], else: []
  end
end
