defmodule Lab.Mailbox.LateReply do
  use Lab.Experiment,
    measures: "messages in the caller's mailbox after fifty requests were given up",
    unit: "messages",
    holds: "hazard == 50 and fix == 0"

  def run(variant) do
    for _ <- 1..50, do: give_up(variant, fn -> Process.sleep(60) end)
    Process.sleep(200)
    mailbox(self())
  end

  defp give_up(:hazard, slow), do: {:exit, {:nocatch, :timeout}} = nocatch(fn -> Shop.Parallel.map([1], fn _ -> slow.() end, 2) end)
  defp give_up(:fix, slow), do: :timeout = Shop.Parallel.one(slow, 2)

  defp nocatch(fun) do
    fun.()
  catch
    :throw, thrown -> {:exit, {:nocatch, thrown}}
  end
end
