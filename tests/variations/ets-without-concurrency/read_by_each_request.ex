defmodule Depot.Redirects do
  use GenServer

  @table __MODULE__

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: __MODULE__)

  def target(path) do
    @table
    |> :ets.lookup(path)
    |> case do
      [{^path, target}] -> target
      [] -> nil
    end
  end

  @impl true
  def init(opts) do
    @table |> :ets.new([:named_table, :set, :protected]) # hazard
    {:ok, opts, {:continue, :fill}}
  end

  @impl true
  def handle_continue(:fill, opts), do: fill(opts)

  @impl true
  def handle_info(:fill, opts), do: fill(opts)

  defp fill(opts) do
    for {from, to} <- Depot.Repo.redirects(), do: :ets.insert(@table, {from, to})
    Process.send_after(self(), :fill, 60_000)
    {:noreply, opts}
  end
end

defmodule DepotWeb.RedirectPlug do
  @behaviour Plug

  def init(opts), do: opts

  def call(conn, _opts) do
    if target = Depot.Redirects.target(conn.request_path) do
      conn |> Plug.Conn.put_resp_header("location", target) |> Plug.Conn.send_resp(301, "") |> Plug.Conn.halt()
    else
      conn
    end
  end
end
