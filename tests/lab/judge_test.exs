# The lab must be able to say no: elixir tests/lab/judge_test.exs
ExUnit.start()
for file <- ~w(document runner rows measure), do: Code.require_file("../../lab/support/#{file}.ex", __DIR__)

defmodule Lab.JudgeTest do
  use ExUnit.Case
  import Lab.Measure

  @declared %{measures: "wait", unit: "ms", holds: "hazard >= 4 * fix"}

  defp pairs(figures), do: for({hazard, fix} <- figures, do: {{:ok, @declared, hazard}, {:ok, @declared, fix}})

  test "the medians decide" do
    row = Lab.Runner.judged(pairs([{1000, 100}, {90, 100}, {900, 110}]))
    assert %{hazard: 900, fix: 100, factor: 9.0, holds: true} = row
  end

  test "a hazard that does not show does not hold" do
    assert %{holds: false} = row = Lab.Runner.judged(pairs([{100, 100}]))
    assert Lab.Rows.line(Map.merge(row, %{code: "BW1", rule: "a"})) =~ "DOES NOT HOLD"
  end

  test "one run that broke off is left out, and more are an error" do
    good = pairs([{1000, 100}])
    broken = {{:error, "hazard: gone"}, {:ok, @declared, 1}}
    assert %{hazard: 1000, holds: true} = Lab.Runner.judged([broken | good ++ good])
    assert %{error: "hazard: gone", holds: false} = Lab.Runner.judged([broken | good])
  end

  test "a figure at its limit is more than that" do
    row = %{code: "BW1", rule: "a", declared: Map.put(@declared, :limit, 1000), hazard: 1000, fix: 10, factor: 100.0, holds: true}
    assert Lab.Rows.line(row) =~ "more than 1000 → 10 ms  holds"
    assert Lab.Rows.json([row]) =~ ~s("hazard": 1000, "fix": 10, "factor": 100, "limit": 1000)
  end

  test "a wait ends with its limit, and an exit ends it at once" do
    assert waited(50, fn -> Process.sleep(:infinity) end) == 50
    assert outcome(1_000, fn -> exit(:gone) end) == {:exit, :gone}
    assert outcome(20, fn -> Process.sleep(:infinity) end) == {:hangs, nil}
    assert outcome(1_000, fn -> 7 end) == {:ok, 7}
  end

  test "every experiment belongs to a rule, and every marked document to an experiment" do
    documents = Lab.Document.all()
    root = Path.expand("../..", __DIR__)
    assert Path.wildcard(Path.join(root, "lab/*/*.exs")) -- Enum.map(documents, & &1.experiment) == []

    for document <- documents, variant <- ["hazard", "fix"] do
      assert (Lab.Document.blocks(document.path, variant) != []) == (document.experiment != nil), "#{document.path}: #{variant}"
    end
  end
end
