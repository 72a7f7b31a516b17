defmodule Quota.Client do
  def remaining(account) do
    GenServer.call(Quota.Server, {:remaining, account})
  catch
    :exit, _ -> 0 # hazard
  end
end

defmodule Quota.Server do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def init(state), do: {:ok, state}

  def handle_call({:remaining, account}, _from, state) do
    {:reply, Map.get(state, account, 100), state}
  end
end

defmodule Quota.Plug do
  def call(conn, _opts) do
    if Quota.Client.remaining(conn.assigns.account) > 0, do: conn, else: Plug.Conn.send_resp(conn, 429, "")
  end
end
