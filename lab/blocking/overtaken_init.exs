defmodule Lab.Blocking.OvertakenInit do
  use Lab.Experiment,
    measures: "starts of the server that end in a crash, of five, where somebody asks while init runs",
    unit: "crashes",
    holds: "hazard == 5 and fix == 0"

  def run(_variant), do: count(5, &crashes?/0)

  defp crashes? do
    # The name is registered before init runs, so that whoever asks by it stands in the mailbox before init's own message.
    asking =
      Task.async(fn ->
        eventually(1_000, fn -> alive?(Shop.Prices) end)
        outcome(1_000, fn -> Shop.Prices.of(:apple) end)
      end)

    {:ok, server} = start_apart(fn -> Shop.Prices.start_link([]) end)
    answer = Task.await(asking)
    if Process.alive?(server), do: GenServer.stop(server)
    answer != {:ok, 3}
  end
end
