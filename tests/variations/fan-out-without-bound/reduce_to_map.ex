defmodule Depot.Probe do
  def probe(%{hosts: hosts}) do
    tasks =
      Enum.reduce(hosts, %{}, fn {name, host}, acc ->
        Map.put(acc, name, Task.async(fn -> check(host) end)) # hazard
      end)

    Map.new(tasks, fn {name, task} -> {name, Task.await(task, 10_000)} end)
  end

  defp check(host) do
    case :gen_tcp.connect(host, 443, [:binary], 5_000) do
      {:ok, socket} -> :gen_tcp.close(socket)
      error -> error
    end
  end
end
