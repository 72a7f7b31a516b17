defmodule Depot.Config do
  use Agent

  def start_link(opts) do
    {initial, opts} = Keyword.pop(opts, :initial, %{})
    opts = Keyword.put_new(opts, :name, __MODULE__)
    Agent.start_link(fn -> initial end, opts)
  end

  def get(key, default \\ nil) do
    Agent.get(__MODULE__, fn config -> Map.get(config, key, default) end) # hazard
  end
end

defmodule DepotWeb.PricePlug do
  import Plug.Conn

  def init(opts), do: opts

  def call(conn, _), do: assign(conn, :vat, Depot.Config.get(:vat, 20))
end

defmodule DepotWeb.BasketLive do
  use Phoenix.LiveView

  def mount(_params, _session, socket), do: {:ok, assign(socket, :currency, Depot.Config.get(:currency))}
end
