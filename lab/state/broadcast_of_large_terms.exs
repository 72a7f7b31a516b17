defmodule Lab.State.BroadcastOfLargeTerms do
  use Lab.Experiment,
    measures: "bytes that one change of a board with 2,000 rows puts into the mailboxes of twenty watchers",
    unit: "bytes",
    holds: "hazard >= 50 * fix"

  def run(_variant) do
    {:ok, board} = GenServer.start_link(Shop.Board, nil)
    watchers = for _ <- 1..20, do: spawn_link(fn -> Process.sleep(:infinity) end)
    rows = Map.new(1..2_000, &{&1, "row #{&1}"})
    :sys.replace_state(board, fn state -> %{state | rows: rows, watchers: watchers} end)
    before = bytes(watchers)
    GenServer.cast(board, {:row, 2_001, "row 2001"})
    :sys.get_state(board)
    bytes(watchers) - before
  end

  defp bytes(pids), do: pids |> Enum.map(fn pid -> elem(Process.info(pid, :memory), 1) end) |> Enum.sum()
end
