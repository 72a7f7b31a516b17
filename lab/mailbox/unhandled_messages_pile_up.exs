defmodule Lab.Mailbox.UnhandledMessagesPileUp do
  use Lab.Experiment,
    measures: "messages in the loop's mailbox after two hundred owners of a lease have ended",
    unit: "messages",
    holds: "hazard == 200 and fix == 0"

  def run(_variant) do
    {:ok, leases} = Shop.Leases.start_link()

    for item <- 1..200 do
      {owner, ref} = spawn_monitor(fn -> receive(do: (:end -> :ok)) end)
      Shop.Leases.lease(leases, item, owner)
      send(owner, :end)
      receive(do: ({:DOWN, ^ref, :process, _, _} -> :ok))
    end

    # A monitor of a process that has ended brings its DOWN at once: all are there when the loop has taken the leases.
    Process.sleep(50)
    mailbox(leases)
  end
end
