defmodule Depot.Lease do
  use Agent

  def start_link(opts), do: Agent.start_link(fn -> Map.new(opts) end, name: __MODULE__)

  def acquire(holder) do
    Agent.get_and_update(__MODULE__, fn lease -> take(lease, holder, 5) end) # hazard
  end

  defp take(lease, _holder, 0), do: {:error, lease}

  defp take(%{file: file} = lease, holder, left) do
    case File.open(file, [:exclusive, :write]) do
      {:ok, io} ->
        {:ok, Map.put(lease, holder, io)}

      {:error, :eexist} ->
        Process.sleep(200)
        take(lease, holder, left - 1)
    end
  end
end
