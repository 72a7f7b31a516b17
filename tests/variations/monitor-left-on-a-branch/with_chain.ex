defmodule Depot.Handover do
  def hand_over(shelf, item) do
    ref = Process.monitor(shelf) # hazard
    send(shelf, {:reserve, self(), ref, item})

    with {:ok, place} <- reserved(ref),
         :ok <- Depot.Robot.move(item, place) do
      Process.demonitor(ref, [:flush])
      {:ok, place}
    end
  end

  defp reserved(ref) do
    receive do
      {:reserved, ^ref, place} -> {:ok, place}
      {:full, ^ref} -> {:error, :full}
      {:DOWN, ^ref, _, _, _} -> {:error, :gone}
    after
      2_000 -> {:error, :timeout}
    end
  end
end

defmodule Depot.Robot do
  def move(item, place) do
    if :ets.insert_new(:places, {place, item}), do: :ok, else: {:error, :taken}
  end
end
