defmodule Locks.Server do
  use GenServer

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: __MODULE__)

  def init(opts) do
    with {:ok, conn} <- :eredis.start_link(to_charlist(opts[:host]), 6379),
         {:ok, "PONG"} <- :eredis.q(conn, ["PING"]) do
      {:ok, %{conn: conn}}
    else
      error -> {:stop, error} # hazard
    end
  end
end

defmodule Locks.Application do
  use Application
  def start(_, _), do: Supervisor.start_link([{Locks.Server, host: "redis"}], strategy: :one_for_one)
end
