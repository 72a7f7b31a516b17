defmodule Depot.Journal do
  use GenServer

  def start_link(folder), do: GenServer.start_link(__MODULE__, folder, name: __MODULE__)

  @impl true
  def init(folder) do
    :timer.send_interval(3_600_000, :rotate)
    {:ok, %{folder: folder, file: open(folder)}}
  end

  @impl true
  def handle_cast({:write, line}, state) do
    IO.write(state.file, line)
    {:noreply, state}
  end

  @impl true
  def handle_info(:rotate, state), do: {:noreply, %{state | file: open(state.folder)}} # hazard

  defp open(folder) do
    {:ok, file} = File.open(Path.join(folder, "#{System.os_time(:second)}.log"), [:append])
    file
  end
end
