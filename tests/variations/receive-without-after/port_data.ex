defmodule Depot.Barcode do
  def decode(path) do
    port = Port.open({:spawn_executable, "/usr/bin/zbarimg"}, [:binary, args: [path]])
    read(port, "")
  end

  def again(port, path) do
    Port.command(port, path <> "\n")

    receive do # hazard
      {^port, {:data, code}} -> {:ok, String.trim(code)}
    end
  end

  defp read(port, sofar) do
    receive do
      {^port, {:data, data}} -> read(port, sofar <> data)
    after
      1_000 -> sofar
    end
  end
end
