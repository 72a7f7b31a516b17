defmodule Ecto.Repo do
  defmacro __using__(_), do: quote(do: def(insert_all(_table, rows), do: {length(rows), nil}))
end

defmodule Lab.State.IdleHeap do
  use Lab.Experiment,
    measures: "bytes that the idle server holds after a burst of 50,000 rows was written",
    unit: "bytes",
    holds: "hazard >= 20 * fix"

  def run(_variant) do
    {:ok, batcher} = Shop.Batcher.start_link(name: Shop.Batcher)
    rows = for n <- 1..50_000, do: %{id: n}
    :sys.replace_state(batcher, fn state -> %{state | rows: rows} end)
    GenServer.cast(batcher, {:row, %{id: 0}})
    send(batcher, :flush)
    Process.sleep(200)
    elem(Process.info(batcher, :memory), 1)
  end
end
