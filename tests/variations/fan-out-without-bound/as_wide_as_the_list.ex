defmodule Depot.Thumbnails do
  def build(paths) do
    paths
    |> Task.async_stream(&convert/1, max_concurrency: length(paths), timeout: :infinity) # hazard
    |> Enum.map(fn {:ok, result} -> result end)
  end

  defp convert(path) do
    {_, 0} = System.cmd("convert", [path, "-resize", "200x200", path <> ".thumb"])
    path <> ".thumb"
  end
end
