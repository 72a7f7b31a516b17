defmodule Depot.Memento do
  def join(nodes) do
    Memento.start()
    {:ok, _} = Memento.add_nodes(nodes) # hazard
    Memento.Table.create_copy(Depot.Session, node(), :ram_copies)
  end
end
