defmodule Presence.Member do
  use GenServer, restart: :temporary

  def start_link({room, user}), do: GenServer.start_link(__MODULE__, {room, user})
  def leave(pid), do: DynamicSupervisor.terminate_child(Presence.Members, pid)

  def init({room, user}) do
    :ets.insert(:presence, {{room, user}, self()})
    {:ok, {room, user}}
  end

  def terminate(_reason, key) do # hazard
    :ets.delete(:presence, key)
  end
end

defmodule Presence.Application do
  use Application

  def start(_, _) do
    :ets.new(:presence, [:named_table, :public])
    Supervisor.start_link([{DynamicSupervisor, name: Presence.Members}], strategy: :one_for_one)
  end
end

defmodule Presence do
  def join(room, user), do: DynamicSupervisor.start_child(Presence.Members, {Presence.Member, {room, user}})
end
