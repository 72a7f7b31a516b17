defmodule Lab.Supervision.SilentGiveUp do
  use Lab.Experiment,
    measures: "of three times that Shop.Feeds gives up, those after which it stays away while the application runs",
    unit: "times",
    holds: "hazard == 3 and fix == 0"

  def run(_variant), do: count(3, &stays_away?/0)

  defp stays_away? do
    {:ok, tree} = start_apart(fn -> Shop.Application.start(:normal, []) end)
    feeds = Process.whereis(Shop.Feeds)
    crash_child_of(feeds)
    eventually(300, fn -> alive?(Shop.Feeds) end)
    away = not alive?(Shop.Feeds) and alive?(tree)
    Supervisor.stop(tree)
    away
  end

  # Until the supervisor has had enough.
  defp crash_child_of(feeds) do
    with [{_, pid, _, _}] <- catching(fn -> Supervisor.which_children(feeds) end) do
      Process.exit(pid, :kill)
      crash_child_of(feeds)
    end
  end
end
