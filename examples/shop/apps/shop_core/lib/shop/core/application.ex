defmodule Shop.Core.Application do
  @moduledoc "Starts the catalogue, stock, orders and carts."

  use Application

  @impl true
  def start(_type, _args) do
    children =
      [
        {Registry, keys: :unique, name: Shop.Carts.Registry},
        Shop.Catalogue,
        Shop.Search,
        Shop.Pricing.Rates,
        Shop.Stock,
        Shop.Stock.Reservations,
        Shop.Orders.Journal,
        Shop.Orders,
        {DynamicSupervisor, name: Shop.Carts.Supervisor, strategy: :one_for_one}
      ] ++ reports()

    Supervisor.start_link(children, strategy: :one_for_one, name: Shop.Core.Supervisor)
  end

  # Reports run on the back-office node only.
  defp reports do
    if Application.get_env(:shop_core, :reports, false), do: [Shop.Reports.Supervisor], else: []
  end
end
