defmodule Depot.Quota do
  use GenServer

  defstruct [:source, limits: %{}]

  @server __MODULE__
  @refresh :timer.minutes(5)

  def start_link(source), do: GenServer.start_link(__MODULE__, source, name: @server)

  def fetch(account), do: request({:fetch, account})

  defp request(message), do: GenServer.call(@server, message, 10_000)

  @impl true
  def init(source), do: {:ok, %__MODULE__{source: source}, {:continue, :load}}

  @impl true
  def handle_continue(:load, state) do
    Process.send_after(self(), :load, @refresh)
    {:noreply, %{state | limits: load(state.source)}}
  end

  @impl true
  def handle_info(:load, state), do: {:noreply, state, {:continue, :load}}

  @impl true
  def handle_call({:fetch, account}, _from, %__MODULE__{} = state) do # hazard
    with {:ok, limit} <- find(state, account) do
      {:reply, {:ok, limit}, state}
    else
      :error -> {:reply, {:error, :unknown}, state}
    end
  end

  defp find(%__MODULE__{limits: limits}, account), do: Map.fetch(limits, account)

  defp load(source), do: source |> File.read!() |> :erlang.binary_to_term()
end

defmodule DepotWeb.QuotaPlug do
  import Plug.Conn

  def init(options), do: options

  def call(conn, _options) do
    case Depot.Quota.fetch(conn.assigns.account) do
      {:ok, limit} -> assign(conn, :limit, limit)
      {:error, _} -> conn |> send_resp(403, "") |> halt()
    end
  end
end
