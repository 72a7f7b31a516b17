defmodule Audit do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def record(event), do: __MODULE__ |> GenServer.call({:record, event})
  def init(state), do: {:ok, state}
  def handle_call({:record, event}, _from, state), do: {:reply, :ok, [event | state]}
end

defmodule Accounts.Server do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def init(accounts), do: {:ok, accounts}

  def handle_call({:open, id}, _from, accounts) do
    Audit.record({:opened, id}) # hazard
    {:reply, :ok, Map.put(accounts, id, 0)}
  end
end
