defmodule Depot.Mnesia do
  def setup do
    :mnesia.start()
    nodes = Node.list()
    {:ok, _} = :mnesia.change_config(:extra_db_nodes, nodes) # hazard
    for table <- [:sessions, :carts], do: copy(table)
  end

  defp copy(table), do: :mnesia.add_table_copy(table, node(), :ram_copies)
end
