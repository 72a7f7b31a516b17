defmodule Depot.Tenant.Config do
  use GenServer

  def start_link(tenant), do: GenServer.start_link(__MODULE__, tenant, name: via(tenant))

  def value(tenant, key) do
    tenant
    |> via()
    |> GenServer.call({:value, key})
  end

  defp via(tenant), do: {:via, Registry, {Depot.Registry, {__MODULE__, tenant}}}

  @impl true
  def init(tenant), do: {:ok, %{tenant: tenant, config: Depot.Store.config(tenant)}}

  @impl true
  def handle_call({:value, key}, _from, %{config: config} = state) do # hazard
    {:reply, Map.get(config, key), state}
  end
end

defmodule Depot.Tenant.Plug do
  @behaviour Plug

  @impl true
  def init(options), do: options

  @impl true
  def call(conn, _options), do: Plug.Conn.assign(conn, :plan, Depot.Tenant.Config.value(conn.host, :plan))
end
