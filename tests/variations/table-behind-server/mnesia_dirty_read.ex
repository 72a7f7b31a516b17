defmodule Depot.Users do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  def get(id), do: GenServer.call(__MODULE__, {:get, id})
  def save(id, name), do: GenServer.call(__MODULE__, {:save, id, name})

  def init(_) do
    :mnesia.create_table(:user, attributes: [:id, :name], ram_copies: [node()])
    {:ok, []}
  end

  def handle_call({:get, id}, _from, state) do # hazard BW301 BW302 BW308
    case :mnesia.dirty_read(:user, id) do
      [{:user, ^id, name}] -> {:reply, {:ok, name}, state}
      [] -> {:reply, {:error, :not_found}, state}
    end
  end

  def handle_call({:save, id, name}, _from, state) do
    {:reply, :mnesia.dirty_write({:user, id, name}), state}
  end
end

defmodule DepotWeb.UserController do
  use Phoenix.Controller

  def show(conn, %{"id" => id}) do
    with {:ok, name} <- Depot.Users.get(id), do: json(conn, %{name: name})
  end
end
