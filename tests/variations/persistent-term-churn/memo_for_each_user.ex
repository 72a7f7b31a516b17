defmodule Depot.Permissions do
  def of(user_id) do
    case :persistent_term.get({__MODULE__, user_id}, nil) do
      nil ->
        permissions = Depot.Repo.permissions(user_id)
        :persistent_term.put({__MODULE__, user_id}, permissions) # hazard
        permissions

      permissions ->
        permissions
    end
  end
end

defmodule DepotWeb.Guard do
  def init(options), do: options
  def call(conn, _options), do: Plug.Conn.assign(conn, :can, Depot.Permissions.of(conn.assigns.user_id))
end
