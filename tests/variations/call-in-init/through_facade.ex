defmodule Depot.Rates do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)
  def table, do: GenServer.call(__MODULE__, :table)

  @impl true
  def init(_), do: {:ok, nil, {:continue, :download}}

  @impl true
  def handle_continue(:download, _) do
    {:ok, %{body: body}} = Req.get("https://rates.example/table", receive_timeout: 20_000)
    {:noreply, body}
  end

  @impl true
  def handle_call(:table, _from, table), do: {:reply, table, table}
end

defmodule Depot.Quotes do
  use GenServer

  defstruct [:table, quotes: %{}]

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_) do
    state = new()
    {:ok, state}
  end

  @impl true
  def handle_call(_, _from, state), do: {:reply, state.quotes, state}

  defp new, do: %__MODULE__{table: Depot.Rates.table()} # hazard
end
