defmodule Lab.Mailbox.ReceiveInCallback do
  use Lab.Experiment,
    measures: "wait of the next caller after one order was never judged",
    unit: "ms",
    limit: 1_000,
    holds: "hazard == 1000 and fix <= 250"

  def run(_variant) do
    Process.register(spawn_link(&judge/0), :fraud)
    {:ok, _} = start_apart(fn -> Shop.Payments.start_link([]) end)
    spawn(fn -> Shop.Payments.charge(:lost) end)
    Process.sleep(50)
    waited(1_000, fn -> :good = Shop.Payments.charge(:bread) end)
  end

  defp judge do
    receive do
      {:check, _from, :lost} -> :nothing
      {:check, from, order} -> send(from, {:verdict, order, :good})
    end

    judge()
  end
end
