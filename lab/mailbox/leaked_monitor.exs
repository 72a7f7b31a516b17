defmodule Lab.Mailbox.LeakedMonitor do
  use Lab.Experiment,
    measures: "monitors that the server has after a hundred waits were cancelled",
    unit: "monitors",
    holds: "hazard == 100 and fix == 0"

  def run(_variant) do
    {:ok, desk} = Shop.Desk.start_link([])

    for _ <- 1..100 do
      :ok = GenServer.call(desk, {:wait, self()})
      GenServer.cast(desk, {:cancel, self()})
    end

    :sys.get_state(desk)
    {:monitors, monitors} = Process.info(desk, :monitors)
    length(monitors)
  end
end
