defmodule Depot.Currencies do
  use Agent

  @name :depot_currencies

  def start_link(_opts), do: Agent.start_link(__MODULE__, :load, [], name: @name)

  def load, do: Map.new(Depot.Csv.rows("currencies.csv"), fn [code, rate] -> {code, rate} end)

  def rate(code), do: Agent.get(@name, Map, :get, [code]) # hazard

  def known, do: Agent.get(@name, Map, :keys, [])
end

defmodule DepotWeb.CurrencyController do
  use Phoenix.Controller

  def show(conn, %{"code" => code}), do: json(conn, Depot.Currencies.rate(code))
  def index(conn, _params), do: json(conn, Depot.Currencies.known())
end
