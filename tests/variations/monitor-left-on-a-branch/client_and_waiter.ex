defmodule Depot.Client do
  @timeout 3_000

  def fetch(server, key) do
    server |> request(key) |> wait()
  end

  defp request(server, key) do
    pid = GenServer.whereis(server)
    ref = Process.monitor(pid) # hazard
    send(pid, {:fetch, {self(), ref}, key})
    ref
  end

  defp wait(ref) do
    receive do
      {:fetched, ^ref, value} ->
        true = Process.demonitor(ref, [:flush])
        {:ok, value}

      {:DOWN, ^ref, :process, _, reason} ->
        {:error, reason}
    after
      @timeout -> {:error, :timeout}
    end
  end
end
