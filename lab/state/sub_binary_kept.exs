defmodule Lab.State.SubBinaryKept do
  use Lab.Experiment,
    measures: "bytes that a key of a hundred bytes keeps in memory",
    unit: "bytes",
    holds: "hazard >= 10 * fix and fix == 100"

  def run(_variant) do
    Lab.Net.host("feed")
    Lab.Net.serve(fn socket -> :gen_tcp.send(socket, String.duplicate("x", 100_000)) && Process.sleep(:infinity) end, 4000)
    {:ok, feed} = Shop.Feed.start_link([])
    :sys.get_state(feed)
    [{key, true}] = :ets.tab2list(:feed)
    :binary.referenced_byte_size(key)
  end
end
