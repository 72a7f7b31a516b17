defmodule Lab.Cluster.SendToGlobalName do
  use Lab.Experiment,
    measures: "of three guests who leave later, those who stay for ever",
    unit: "guests",
    holds: "hazard == 3 and fix == 0"

  def run(_variant) do
    {:ok, _} = Registry.start_link(keys: :unique, name: Shop.Rooms)
    count(3, fn -> stays?(make_ref()) end)
  end

  defp stays?(room) do
    {:ok, _} = Shop.Presence.start_link(room)
    catching(fn -> Shop.Presence.leave_later(room, :anna) end)
    not eventually(200, fn -> Shop.Presence.guests(room) == [] end)
  end
end
