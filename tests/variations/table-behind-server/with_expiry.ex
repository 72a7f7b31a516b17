defmodule Depot.TokenCache do
  use GenServer

  def start_link(opts \\ []), do: GenServer.start_link(__MODULE__, opts, name: opts[:name] || __MODULE__)

  def fetch(token), do: GenServer.call(__MODULE__, {:fetch, token})
  def store(token, user), do: GenServer.cast(__MODULE__, {:store, token, user})

  @impl GenServer
  def init(opts) do
    table = :ets.new(:token_cache, [:set, :protected])
    {:ok, %{table: table, ttl: Keyword.get(opts, :ttl, 60_000)}}
  end

  @impl GenServer
  def handle_call({:fetch, token}, _from, %{table: table, ttl: ttl} = state) do # hazard
    with [{^token, user, at}] <- :ets.lookup(table, token),
         true <- at + ttl > now() do
      {:reply, {:ok, user}, state}
    else
      _ -> {:reply, :error, state}
    end
  end

  @impl GenServer
  def handle_cast({:store, token, user}, state) do
    :ets.insert(state.table, {token, user, now()})
    {:noreply, state}
  end

  defp now, do: System.monotonic_time(:millisecond)
end

defmodule DepotWeb.Auth do
  @behaviour Plug
  import Plug.Conn

  @impl true
  def init(opts), do: opts

  @impl true
  def call(conn, _) do
    [token] = get_req_header(conn, "authorization")

    case Depot.TokenCache.fetch(token) do
      {:ok, user} -> assign(conn, :user, user)
      :error -> conn |> send_resp(401, "") |> halt()
    end
  end
end
