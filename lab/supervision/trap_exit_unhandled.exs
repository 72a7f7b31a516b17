defmodule Lab.Supervision.TrapExitUnhandled do
  use Lab.Experiment,
    measures: "of ten pages printed after the spooler's crash, those that are lost without a word",
    unit: "pages",
    holds: "hazard == 10 and fix == 0"

  def run(_variant) do
    {:ok, _} = start_apart(fn -> Supervisor.start_link([Shop.Printer], strategy: :one_for_one) end)
    spooler = spooler()
    Process.exit(spooler, :kill)
    eventually(300, fn -> catching(&spooler/0) not in [spooler, nil] end)
    for page <- 1..10, do: GenServer.cast(Shop.Printer, {:print, page})
    :sys.get_state(Shop.Printer)
    printed = catching(fn -> :sys.get_state(spooler()) end)
    if is_list(printed), do: 10 - length(printed), else: 10
  end

  defp spooler, do: :sys.get_state(Shop.Printer).spooler
end
