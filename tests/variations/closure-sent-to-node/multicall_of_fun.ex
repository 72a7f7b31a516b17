defmodule Depot.Everywhere do
  def flush do
    [node() | Node.list()]
    |> :erpc.multicall(fn -> Depot.Cache.flush() end, 5_000) # hazard
    |> Enum.all?(&match?({:ok, _}, &1))
  end
end
