defmodule Depot.Cluster do
  def everywhere(module, function, args), do: :rpc.multicall(module, function, args, 5_000)
end

defmodule Depot.Users do
  def block(user_id) do
    Depot.Repo.block(user_id)
    Depot.Cluster.everywhere(Depot.Sessions, :close, [user_id]) # hazard
    {:ok, user_id}
  end
end
