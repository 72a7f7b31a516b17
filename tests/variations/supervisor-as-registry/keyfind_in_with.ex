defmodule Depot.Shards do
  use Supervisor

  def start_link(opts), do: Supervisor.start_link(__MODULE__, opts, name: __MODULE__)

  @impl true
  def init(_opts), do: Supervisor.init([], strategy: :one_for_one)

  def add(key), do: Supervisor.start_child(__MODULE__, %{id: {:shard, key}, start: {Depot.Shard, :start_link, [key]}})

  def put(key, value) do
    with {_, pid, _, _} when is_pid(pid) <- List.keyfind(Supervisor.which_children(__MODULE__), {:shard, key}, 0) do # hazard
      GenServer.call(pid, {:put, key, value})
    else
      _ -> {:error, :no_shard}
    end
  end
end

defmodule Depot.Shard do
  use GenServer

  def start_link(key), do: GenServer.start_link(__MODULE__, key)

  @impl true
  def init(key), do: {:ok, %{key: key, values: %{}}}

  @impl true
  def handle_call({:put, key, value}, _from, state), do: {:reply, :ok, put_in(state, [:values, key], value)}
end

defmodule DepotWeb.PutController do
  use Phoenix.Controller

  def create(conn, %{"key" => key, "value" => value}) do
    json(conn, inspect(Depot.Shards.put(key, value)))
  end
end
