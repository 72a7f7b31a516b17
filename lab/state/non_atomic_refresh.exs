defmodule Shop.Bank do
  def rates, do: for(n <- 1..5_000, do: {n, 1.0})
end

defmodule Lab.State.NonAtomicRefresh do
  use Lab.Experiment,
    measures: "readers' look-ups that find nothing during fifty refreshes",
    unit: "look-ups",
    holds: "hazard >= 1 and fix == 0"

  def run(_variant) do
    {:ok, rates} = Shop.Rates.start_link([])
    refresh(rates)
    reader = Task.async(fn -> read(0) end)
    for _ <- 1..50, do: refresh(rates)
    send(reader.pid, :stop)
    Task.await(reader)
  end

  defp refresh(rates) do
    send(rates, :refresh)
    :sys.get_state(rates)
  end

  # The rate is there all the time, if one asks the bank.
  defp read(missing) do
    receive do
      :stop -> missing
    after
      0 -> if Shop.Rates.rate(5_000) == [], do: read(missing + 1), else: read(missing)
    end
  end
end
