defmodule Depot.Carts do
  @moduledoc "Lends carts to processes."
  use GenServer

  def start_link(count), do: GenServer.start_link(__MODULE__, count, name: __MODULE__)
  def checkout, do: GenServer.call(__MODULE__, :checkout)
  def checkin(cart), do: GenServer.cast(__MODULE__, {:checkin, cart})

  @impl true
  def init(count), do: {:ok, {Enum.to_list(1..count), %{}}}

  @impl true
  def handle_call(:checkout, {pid, _}, {[cart | free], lent}) do
    ref = Process.monitor(pid)
    {:reply, {:ok, cart}, {free, Map.put(lent, cart, ref)}}
  end

  def handle_call(:checkout, _from, {[], _} = state), do: {:reply, :none, state}

  @impl true
  def handle_cast({:checkin, cart}, {free, lent}) do
    {:noreply, {[cart | free], Map.delete(lent, cart)}} # hazard
  end

  @impl true
  def handle_info({:DOWN, ref, :process, _pid, _reason}, {free, lent}) do
    case Enum.find(lent, fn {_, held} -> held == ref end) do
      {cart, _} -> {:noreply, {[cart | free], Map.delete(lent, cart)}}
      nil -> {:noreply, {free, lent}}
    end
  end
end
