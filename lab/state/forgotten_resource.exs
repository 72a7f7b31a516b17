defmodule Lab.State.ForgottenResource do
  use Lab.Experiment,
    measures: "tables that a hundred look-ups leave behind",
    unit: "tables",
    holds: "hazard == 100 and fix == 0"

  def run(_variant) do
    dir = String.to_charlist(Path.dirname(scratch("rates")))
    rates = :ets.new(:rates, [])
    :ets.insert(rates, {:eur, 1.0})
    :ok = :ets.tab2file(rates, dir ++ ~c"/rates")
    before = length(:ets.all())
    for _ <- 1..100, do: :payment_rates.rate(:eur, dir)
    length(:ets.all()) - before
  end
end
