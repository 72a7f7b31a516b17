defmodule Lease.Manager do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def take(key), do: GenServer.call(__MODULE__, {:take, key})
  def give(key), do: GenServer.call(__MODULE__, {:give, key})
  def init(_), do: {:ok, %{owners: %{}}}

  def handle_call({:take, key}, {pid, _}, state) do
    Process.monitor(pid)
    {:reply, :ok, put_in(state.owners[pid], key)}
  end

  def handle_call({:give, _key}, {pid, _}, state) do
    {:reply, :ok, %{state | owners: Map.delete(state.owners, pid)}}
  end

  def handle_info({:DOWN, _ref, :process, pid, _reason}, state) do
    {key, owners} = pop!(state.owners, pid)
    IO.puts("#{key} is free")
    {:noreply, %{state | owners: owners}}
  end

  defp pop!(owners, pid) do
    %{^pid => key} = owners # hazard
    {key, Map.delete(owners, pid)}
  end
end
