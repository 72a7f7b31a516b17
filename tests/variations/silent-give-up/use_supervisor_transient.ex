defmodule Tenant.Supervisor do
  use Supervisor, restart: :transient

  def start_link(tenant), do: Supervisor.start_link(__MODULE__, tenant)

  def init(tenant) do
    Supervisor.init([{Tenant.Cache, tenant}, {Tenant.Sync, tenant}], strategy: :one_for_all)
  end
end

defmodule Tenant.Cache do
  use GenServer
  def start_link(tenant), do: GenServer.start_link(__MODULE__, tenant)
  def init(tenant), do: {:ok, tenant}
end

defmodule Tenant.Sync do
  use GenServer
  def start_link(tenant), do: GenServer.start_link(__MODULE__, tenant)
  def init(tenant), do: {:ok, tenant}
end

defmodule Tenant.Application do
  use Application

  def start(_, _) do
    children = for tenant <- Application.get_env(:tenant, :all), do: Supervisor.child_spec({Tenant.Supervisor, tenant}, id: tenant) # hazard
    Supervisor.start_link(children, strategy: :one_for_one)
  end
end
