defmodule Depot.Flags do
  def enable(flag) do
    nodes = [node() | Node.list()]

    case Depot.Repo.insert(flag) do
      {:ok, flag} ->
        :erpc.multicall(nodes, Depot.FlagCache, :put, [flag.name, true], 5_000) # hazard
        {:ok, flag}

      error ->
        error
    end
  end
end
