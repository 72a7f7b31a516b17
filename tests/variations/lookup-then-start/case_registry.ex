defmodule Carts do
  def add(user, item) do
    user |> cart() |> GenServer.cast({:add, item})
  end

  defp cart(user) do
    with [] <- Registry.lookup(Carts.Registry, user),
         {:ok, pid} <- DynamicSupervisor.start_child(Carts.Supervisor, {Carts.Cart, user}) do # hazard
      pid
    else
      [{pid, _}] -> pid
    end
  end
end

defmodule Carts.Cart do
  use GenServer, restart: :temporary
  def start_link(user), do: GenServer.start_link(__MODULE__, user, name: {:via, Registry, {Carts.Registry, user}})
  def init(user), do: {:ok, %{user: user, items: []}}
  def handle_cast({:add, item}, state), do: {:noreply, %{state | items: [item | state.items]}}
end

defmodule CartsWeb.CartController do
  use Phoenix.Controller

  def add(conn, %{"user" => user, "item" => item}) do
    Carts.add(user, item)
    json(conn, %{ok: true})
  end
end
