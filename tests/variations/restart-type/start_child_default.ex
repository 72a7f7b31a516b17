defmodule Convert.Worker do
  use GenServer

  def start_link(path), do: GenServer.start_link(__MODULE__, path)

  def init(path) do
    Process.send_after(self(), :work, 0)
    {:ok, path}
  end

  def handle_info(:work, path) do
    path |> File.read!() |> String.upcase() |> then(&File.write!(path <> ".up", &1))
    {:stop, :normal, path}
  end
end

defmodule Convert do
  def convert(path) do
    spec = %{id: path, start: {Convert.Worker, :start_link, [path]}}
    Convert.Supervisor |> DynamicSupervisor.start_child(spec) # hazard
  end
end

defmodule Convert.Application do
  use Application

  def start(_, _), do: Supervisor.start_link([{DynamicSupervisor, name: Convert.Supervisor, strategy: :one_for_one}], strategy: :one_for_one)
end
