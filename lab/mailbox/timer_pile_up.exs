defmodule Lab.Mailbox.TimerPileUp do
  use Lab.Experiment,
    measures: "ticks that wait after a second, where a refresh takes 200 ms and the period is 20 ms",
    unit: "messages",
    holds: "hazard >= 20 and hazard >= 4 * fix"

  def run(_variant) do
    Lab.Net.web(200)
    {:ok, _} = Shop.Rates.start_link(period: 20)
    Process.sleep(1_000)
    mailbox(Shop.Rates)
  end
end
