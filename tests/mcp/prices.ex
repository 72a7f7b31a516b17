defmodule Prices do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def price(id), do: GenServer.call(__MODULE__, {:price, id})
  @impl true
  def init(prices), do: {:ok, prices}
  @impl true
  def handle_call({:price, id}, _from, prices) do
    {:reply, HTTPoison.get!(id), prices}
  end
end
