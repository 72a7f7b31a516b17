defmodule Depot.Billing do
  use GenServer

  @bank_timeout :timer.seconds(30)

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def charge(order), do: GenServer.call(__MODULE__, {:charge, order})

  @impl true
  def init(state), do: {:ok, state}

  @impl true
  def handle_call({:charge, order}, _from, state) do
    {:reply, GenServer.call(Depot.Bank, {:pay, order}, @bank_timeout), state} # hazard BW404 BW401
  end
end
