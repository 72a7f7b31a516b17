defmodule Depot.Names do
  def truck(id), do: {:via, Registry, {Depot.Registry, {:truck, id}}}
end

defmodule Depot.Dispatch do
  def stop(id), do: id |> Depot.Names.truck() |> send(:stop) # hazard
  def all(ids), do: for(id <- ids, do: send(Depot.Names.truck(id), :ping)) # hazard
end
