defmodule Depot.Cluster do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_) do
    cookie = cookie()
    Node.set_cookie(cookie) # hazard
    {:ok, Node.connect(:"depot@main")}
  end

  defp cookie, do: :d3p0t_cookie
end
