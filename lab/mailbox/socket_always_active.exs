defmodule Lab.Mailbox.SocketAlwaysActive do
  use Lab.Experiment,
    measures: "bytes that wait in the mailbox of a busy server whose peer sends 8 MB",
    unit: "bytes",
    holds: "hazard >= 4000000 and hazard >= 50 * fix"

  def run(_variant) do
    Lab.Net.serve(&flood/1, 7000)
    {:ok, feed} = Shop.Feed.start_link(host: {127, 0, 0, 1})
    :sys.suspend(feed)
    send(:flood, :go)
    Process.sleep(300)
    settle(feed, -1)
  end

  defp flood(socket) do
    Process.register(self(), :flood)
    receive do: (:go -> for(_ <- 1..80, do: :gen_tcp.send(socket, :binary.copy("x", 100_000))))
    Process.sleep(:infinity)
  end

  # A loaded machine needs longer for 8 MB.
  defp settle(feed, before) do
    {:messages, messages} = Process.info(feed, :messages)
    now = Enum.sum(for {:tcp, _socket, data} <- messages, do: byte_size(data))
    if now == before, do: now, else: Process.sleep(200) && settle(feed, now)
  end
end
