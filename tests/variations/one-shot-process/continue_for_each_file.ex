defmodule Depot.FileImport do
  use GenServer

  def start_link(path), do: GenServer.start_link(__MODULE__, path)

  @impl true
  def init(path), do: {:ok, path, {:continue, :import}}

  @impl true
  def handle_continue(:import, path) do
    path |> File.stream!() |> Enum.each(&Depot.Repo.insert!(Depot.Row.parse(&1))) # hazard
    {:noreply, path}
  end
end
