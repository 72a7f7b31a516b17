defmodule Cams.Supervisor do
  use Supervisor

  def start_link(arg), do: Supervisor.start_link(__MODULE__, arg, name: __MODULE__)

  def init(_) do
    Supervisor.init(Enum.map([:north, :south], &camera/1), strategy: :one_for_one, max_retries: 50) # hazard
  end

  defp camera(name) do
    %{id: name, start: {Cams.Camera, :start_link, [name]}}
  end
end

defmodule Cams.Camera do
  use GenServer
  def start_link(name), do: GenServer.start_link(__MODULE__, name)
  def init(name), do: {:ok, name}
end
