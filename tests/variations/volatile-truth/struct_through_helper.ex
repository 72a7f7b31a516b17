defmodule Depot.Ledger do
  use GenServer
  defstruct transactions: [], total: 0

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def record(transaction), do: GenServer.call(__MODULE__, {:record, transaction})

  @impl true
  def init(_), do: {:ok, %__MODULE__{}}

  @impl true
  def handle_call({:record, transaction}, _from, ledger) do
    {:reply, :ok, add(ledger, transaction)}
  end

  def handle_call(:total, _from, ledger), do: {:reply, ledger.total, ledger}

  defp add(%__MODULE__{} = ledger, transaction) do
    %{ledger | transactions: [transaction | ledger.transactions], total: ledger.total + transaction.cents} # hazard
  end
end
