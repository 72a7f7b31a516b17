defmodule Lab.Cluster.BusyChannel do
  use Lab.Experiment,
    measures: "wait of a caller who wants the rate just after it was set, where the buffer to a node that hangs is full",
    unit: "ms",
    limit: 1_500,
    note: "the hazard's waits until net_ticktime gives the node up",
    holds: "hazard == 1500 and hazard >= 4 * fix"

  def run(_variant) do
    [a, b] = Lab.Cluster.start(2)
    Lab.Cluster.on(a, &start/0)
    Lab.Cluster.freeze(b)
    Lab.Cluster.on(a, fn -> fill(b) end)

    Lab.Cluster.on(a, fn ->
      spawn(fn -> Shop.Rate.set(2) end)
      Process.sleep(50)
      waited(1_500, &Shop.Rate.rate/0)
    end)
  end

  defp start, do: {:ok, _} = GenServer.start(Shop.Rate, [], name: Shop.Rate)

  # Sends until the emulator suspends the sender: the buffers of both kernels and the VM's own are full then.
  defp fill(node) do
    block = :binary.copy(<<0>>, 100_000)
    sender = spawn(fn -> for _ <- Stream.cycle([1]), do: send({:nobody, node}, block) end)
    true = eventually(5_000, fn -> Process.info(sender, :status) == {:status, :suspended} end)
  end
end
