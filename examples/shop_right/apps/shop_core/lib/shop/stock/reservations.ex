defmodule Shop.Stock.Reservations do
  @moduledoc """
  Goods held for a customer who is paying: fifteen minutes, or until the customer's connection is gone.

  The stock itself ends a hold whose time is over. This process adds only the early end: it watches the
  customers' connections, and should it die, their holds just last their fifteen minutes.
  """

  use GenServer

  require Logger

  alias Shop.Stock

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "Holds `items` for the calling process."
  @spec hold(String.t(), [{String.t(), pos_integer()}]) :: :ok | {:error, {:short, [String.t()]}}
  def hold(id, items) do
    # Watched first, so that there is no moment in which the goods are held and nobody would notice our death.
    :ok = GenServer.call(__MODULE__, {:watch, id, self()})

    with {:error, reason} <- Stock.reserve(id, items) do
      forget(id)
      {:error, reason}
    end
  end

  @doc "The customer needs longer: the fifteen minutes begin anew."
  @spec extend(String.t()) :: :ok | :error
  def extend(id), do: Stock.extend(id)

  @doc "The order is paid; its goods are no longer ours to give back."
  @spec confirm(String.t()) :: :ok
  def confirm(id) do
    :ok = Stock.commit(id)
    forget(id)
  end

  @spec cancel(String.t()) :: :ok
  def cancel(id) do
    :ok = Stock.release(id)
    forget(id)
  end

  defp forget(id), do: GenServer.call(__MODULE__, {:forget, id})

  @impl true
  def init(_opts), do: {:ok, %{holds: %{}, monitors: %{}}}

  @impl true
  def handle_call({:watch, id, owner}, _from, state) do
    monitor = Process.monitor(owner)
    {:reply, :ok, %{holds: Map.put(state.holds, id, monitor), monitors: Map.put(state.monitors, monitor, id)}}
  end

  def handle_call({:forget, id}, _from, state) do
    case Map.pop(state.holds, id) do
      {nil, _holds} ->
        {:reply, :ok, state}

      {monitor, holds} ->
        Process.demonitor(monitor, [:flush])
        {:reply, :ok, %{holds: holds, monitors: Map.delete(state.monitors, monitor)}}
    end
  end

  @impl true
  def handle_info({:DOWN, monitor, :process, _pid, _reason}, state) do
    case Map.pop(state.monitors, monitor) do
      {nil, _monitors} ->
        {:noreply, state}

      {id, monitors} ->
        Stock.release_later(id)
        {:noreply, %{holds: Map.delete(state.holds, id), monitors: monitors}}
    end
  end

  def handle_info(message, state) do
    Logger.warning("reservations got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end
end
