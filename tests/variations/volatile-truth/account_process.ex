defmodule Depot.Account do
  use GenServer

  def start_link(id), do: GenServer.start_link(__MODULE__, id, name: {:via, Registry, {Depot.Accounts, id}})
  def deposit(account, cents), do: GenServer.call(account, {:deposit, cents})
  def withdraw(account, cents), do: GenServer.call(account, {:withdraw, cents})

  @impl true
  def init(id), do: {:ok, %{id: id, balance: 0}}

  @impl true
  def handle_call({:deposit, cents}, _from, state) do
    balance = state.balance + cents
    {:reply, {:ok, balance}, %{state | balance: balance}} # hazard
  end

  def handle_call({:withdraw, cents}, _from, %{balance: balance} = state) when cents <= balance do
    {:reply, {:ok, balance - cents}, %{state | balance: balance - cents}}
  end

  def handle_call({:withdraw, _cents}, _from, state), do: {:reply, {:error, :too_little}, state}
end
