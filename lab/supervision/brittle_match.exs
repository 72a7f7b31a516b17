defmodule Lab.Supervision.BrittleMatch do
  use Lab.Experiment,
    measures: "of five messages published while the service is away, those that end the publisher",
    unit: "messages",
    holds: "hazard == 5 and fix == 0"

  def run(_variant) do
    {:ok, _} = Application.ensure_all_started(:inets)
    count(5, &ends?/0)
  end

  defp ends? do
    {:ok, publisher} = start_apart(fn -> Shop.Publisher.start_link([]) end)
    # At port 1 nobody listens.
    Shop.Publisher.publish(~c"http://127.0.0.1:1/", "sold")
    catching(fn -> :sys.get_state(publisher) end)
    ended = not alive?(publisher)
    unless ended, do: GenServer.stop(publisher)
    ended
  end
end
