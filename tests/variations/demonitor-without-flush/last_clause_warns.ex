defmodule Shop.Lock do
  use GenServer
  require Logger

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def lock, do: GenServer.call(__MODULE__, :lock)
  def unlock, do: GenServer.cast(__MODULE__, :unlock)

  def init(_), do: {:ok, :free}

  def handle_call(:lock, {pid, _}, :free), do: {:reply, :ok, {:held, Process.monitor(pid)}}
  def handle_call(:lock, _from, held), do: {:reply, :busy, held}

  def handle_cast(:unlock, {:held, ref}) do
    # hazard
    Process.demonitor(ref)
    {:noreply, :free}
  end

  def handle_cast(:unlock, :free), do: {:noreply, :free}

  def handle_info({:DOWN, ref, :process, _pid, _reason}, {:held, ref}), do: {:noreply, :free}

  def handle_info(message, state) do
    Logger.warn("#{__MODULE__} got #{inspect(message)}")
    {:noreply, state}
  end
end
