defmodule Chatty.Application do
  use Application

  def start(_type, _args) do
    lobby = Chatty.Room.child_spec("lobby")

    [lobby, {Registry, keys: :unique, name: Chatty.Names}]
    |> Supervisor.start_link(strategy: :one_for_one)
  end
end

defmodule Chatty.Room do
  use GenServer

  def start_link(name), do: GenServer.start_link(__MODULE__, name, name: via(name)) # hazard
  defp via(name), do: {:via, Registry, {Chatty.Names, name}}
  def init(name), do: {:ok, name}
end
