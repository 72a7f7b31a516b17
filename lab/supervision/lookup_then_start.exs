defmodule Lab.Supervision.LookupThenStart do
  use Lab.Experiment,
    measures: "of 20 rooms that ten processes ask for at the same moment, those where a process that asked crashed",
    unit: "rooms",
    holds: "hazard >= 3 and fix == 0"

  def run(_variant) do
    {:ok, _} = Registry.start_link(keys: :unique, name: Shop.Names)
    {:ok, _} = DynamicSupervisor.start_link(name: Shop.RoomSupervisor, strategy: :one_for_one)
    Enum.count(1..20, &someone_crashes?/1)
  end

  defp someone_crashes?(room) do
    all = self()

    asking =
      for _ <- 1..10 do
        spawn_monitor(fn ->
          send(all, :ready)

          receive do
            :go -> Shop.Rooms.room(room)
          end
        end)
      end

    for _ <- asking, do: receive(do: (:ready -> :ok))
    for {pid, _} <- asking, do: send(pid, :go)
    reasons = for {_, monitor} <- asking, do: receive(do: ({:DOWN, ^monitor, _, _, reason} -> reason))
    Enum.any?(reasons, &(&1 != :normal))
  end
end
