defmodule Lab.Blocking.NeverReplies do
  use Lab.Experiment,
    measures: "customers at a closed till who get no answer, of five, where the till opens a moment later",
    unit: "customers",
    holds: "hazard == 5 and fix == 0",
    note: "The customers wait 200 ms; with `:infinity` they would wait for ever."

  def run(_variant) do
    {:ok, _} = Shop.Till.start_link([])

    spawn(fn ->
      Process.sleep(50)
      Shop.Till.open()
    end)

    1..5
    |> Enum.map(fn sum -> Task.async(fn -> outcome(2_000, fn -> Shop.Till.pay(sum) end) end) end)
    |> Task.await_many()
    |> Enum.count(&(not match?({:ok, {:paid, _, _}}, &1)))
  end
end
