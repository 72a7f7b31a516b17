defmodule Lab.Mailbox.DemonitorWithoutFlush do
  use Lab.Experiment,
    measures: "of five cancels that meet the end of the owner, those that end the server",
    unit: "cancels",
    holds: "hazard == 5 and fix == 0"

  def run(_variant), do: count(5, &ends?/0)

  defp ends? do
    {:ok, holds} = start_apart(fn -> Shop.Holds.start_link([]) end)
    owner = spawn(fn -> Shop.Holds.hold(1) && Process.sleep(:infinity) end)
    eventually(fn -> map_size(:sys.get_state(holds).holds) == 1 end)
    # While the server is busy the cancel comes, and then the DOWN.
    :sys.suspend(holds)
    spawn(fn -> Shop.Holds.cancel(1) end)
    eventually(fn -> mailbox(holds) == 1 end)
    Process.exit(owner, :kill)
    eventually(fn -> mailbox(holds) == 2 end)
    :sys.resume(holds)
    catching(fn -> :sys.get_state(holds) end)
    Process.sleep(20)
    ended = not alive?(holds)
    unless ended, do: GenServer.stop(holds)
    ended
  end
end
