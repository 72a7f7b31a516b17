defmodule Depot.Sequence do
  @resource :depot_sequence
  @nodes_limit :infinity

  def next(name) do
    id = {@resource, self()}

    with true <- :global.set_lock(id, [node() | Node.list()], @nodes_limit), # hazard
         value <- Depot.Counter.increment(name),
         true <- :global.del_lock(id) do
      {:ok, value}
    end
  end
end

defmodule Depot.Counter do
  def increment(name), do: :mnesia.dirty_update_counter(:sequence, name, 1)
end

defmodule DepotWeb.InvoiceController do
  use Phoenix.Controller

  def create(conn, _params) do
    {:ok, number} = Depot.Sequence.next(:invoice)
    json(conn, %{number: number})
  end
end
