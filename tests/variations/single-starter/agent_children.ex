defmodule Depot.Basket do
  use Agent, restart: :temporary

  def start_link(user) do
    Agent.start_link(fn -> Depot.BasketApi.items(user) end, name: {:via, Registry, {Depot.Names, user}})
  end
end

defmodule Depot.BasketApi do
  def items(user) do
    {:ok, {_, _, body}} = :httpc.request(~c"http://baskets.example/#{user}")
    String.split(to_string(body), ",")
  end
end

defmodule Depot.BasketSupervisor do
  use DynamicSupervisor

  def start_link(arg), do: DynamicSupervisor.start_link(__MODULE__, arg, name: __MODULE__)

  @impl true
  def init(_arg), do: DynamicSupervisor.init(strategy: :one_for_one)

  def ensure(user) do
    with {:error, {:already_started, pid}} <- DynamicSupervisor.start_child(__MODULE__, {Depot.Basket, user}) do # hazard
      {:ok, pid}
    end
  end
end

defmodule DepotWeb.BasketLive do
  use Phoenix.LiveView

  def mount(%{"user" => user}, _session, socket) do
    {:ok, pid} = Depot.BasketSupervisor.ensure(user)
    {:ok, assign(socket, :basket, pid)}
  end
end
