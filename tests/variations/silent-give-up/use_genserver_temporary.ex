defmodule Feedd.Supervisor do
  use Supervisor

  def start_link(arg), do: Supervisor.start_link(__MODULE__, arg, name: __MODULE__)

  def init(_) do
    Supervisor.init([Feedd.Connection, Feedd.Decoder], strategy: :rest_for_one)
  end
end

defmodule Feedd.Connection do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def init(_), do: {:ok, nil}
end

defmodule Feedd.Decoder do
  use GenServer, restart: :temporary # hazard
  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def init(_), do: {:ok, []}
  def handle_cast({:frame, frame}, state), do: {:noreply, [frame | state]}
end
