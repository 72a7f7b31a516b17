defmodule Shop.Bank do
  def ping(_shop), do: {:error, :closed}
end

defmodule Lab.Supervision.InvalidCallbackReturn do
  use Lab.Experiment,
    measures: "of five pings that fail, those that end the server",
    unit: "pings",
    holds: "hazard == 5 and fix == 0"

  def run(_variant), do: count(5, &ends?/0)

  defp ends? do
    {:ok, heartbeat} = start_apart(fn -> Shop.Heartbeat.start_link(:berlin) end)
    send(heartbeat, :timeout)
    catching(fn -> :sys.get_state(heartbeat) end)
    ended = not alive?(heartbeat)
    unless ended, do: GenServer.stop(heartbeat)
    ended
  end
end
