defmodule Lab.Cluster.ClosureSentToNode do
  use Lab.Experiment,
    measures: "of three totals asked of a node that runs the next version of payment_remote, those that fail",
    unit: "totals",
    holds: "hazard == 3 and fix == 0"

  def run(_variant) do
    [a, b] = Lab.Cluster.start(2)
    Lab.Cluster.on(b, &upgrade/0)
    count(3, fn -> Lab.Cluster.on(a, fn -> match?({:exit, _}, outcome(3_000, fn -> :payment_remote.total(b) end)) end) end)
  end

  # To anything else than the version of the document, of which nothing is left on that node.
  defp upgrade do
    :code.delete(:payment_remote)
    :code.purge(:payment_remote)
    Code.compile_string("defmodule :payment_remote do\ndef total(_node), do: 0\nend")
  end
end

defmodule :payment_ledger do
  def amounts, do: [1, 2, 3]
  def total, do: 6
end
