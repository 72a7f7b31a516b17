defmodule Lab.Cluster.StaleRegistry do
  use Lab.Experiment,
    measures: "of three hundred times that the last guest leaves, those after which the room still says that it is open",
    unit: "times",
    holds: "hazard >= 3 and fix == 0"

  def run(_variant) do
    {:ok, _} = Registry.start_link(keys: :duplicate, name: Shop.Carts)
    {:ok, rooms} = Shop.Rooms.start_link([])
    count(300, fn -> stays_open?(rooms) end)
  end

  defp stays_open?(rooms) do
    here = self()

    guest =
      spawn(fn ->
        {:ok, _} = Registry.register(Shop.Carts, :guests, nil)
        send(here, :registered)
        Process.sleep(:infinity)
      end)

    receive do: (:registered -> :ok)

    :sys.replace_state(rooms, fn state ->
      Process.monitor(guest)
      %{state | open: true}
    end)

    monitor = Process.monitor(guest)
    Process.exit(guest, :kill)
    receive do: ({:DOWN, ^monitor, :process, ^guest, _} -> :ok)
    open = :sys.get_state(rooms).open
    true = eventually(1_000, fn -> Registry.lookup(Shop.Carts, :guests) == [] end)
    open
  end
end
