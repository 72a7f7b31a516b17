defmodule Shop.Stock.Reservations do
  @moduledoc """
  Goods held for a customer who is paying: fifteen minutes, or until the customer's connection is gone.
  """

  use GenServer

  @hold_ms :timer.minutes(15)

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "Holds `items` for the calling process."
  @spec hold(String.t(), [{String.t(), pos_integer()}]) :: :ok | {:error, {:short, [String.t()]}}
  def hold(id, items), do: GenServer.call(__MODULE__, {:hold, id, items, self()})

  @doc "The customer needs longer: the fifteen minutes begin anew."
  @spec extend(String.t()) :: :ok | :error
  def extend(id), do: GenServer.call(__MODULE__, {:extend, id})

  @doc "The order is paid; its goods are no longer ours to give back."
  @spec confirm(String.t()) :: :ok
  def confirm(id), do: GenServer.call(__MODULE__, {:confirm, id})

  @spec cancel(String.t()) :: :ok
  def cancel(id), do: GenServer.call(__MODULE__, {:cancel, id})

  @impl true
  def init(_opts) do
    {:ok, %{stock: Process.whereis(Shop.Stock), holds: %{}, monitors: %{}}}
  end

  @impl true
  def handle_call({:hold, id, items, owner}, _from, state) do
    case GenServer.call(state.stock, {:reserve, id, items, node()}) do
      :ok ->
        monitor = Process.monitor(owner)
        Process.send_after(self(), {:expire, id}, @hold_ms)
        state = put_in(state.holds[id], monitor)
        {:reply, :ok, put_in(state.monitors[monitor], id)}

      {:error, _short} = error ->
        {:reply, error, state}
    end
  end

  def handle_call({:extend, id}, _from, state) do
    if Map.has_key?(state.holds, id) do
      Process.send_after(self(), {:expire, id}, @hold_ms)
      {:reply, :ok, state}
    else
      {:reply, :error, state}
    end
  end

  def handle_call({:confirm, id}, _from, state), do: {:reply, :ok, forget(state, id)}

  def handle_call({:cancel, id}, _from, state) do
    GenServer.call(state.stock, {:release, id})
    {:reply, :ok, forget(state, id)}
  end

  @impl true
  def handle_info({:expire, id}, state) do
    if Map.has_key?(state.holds, id), do: GenServer.call(state.stock, {:release, id})
    {:noreply, forget(state, id)}
  end

  def handle_info({:DOWN, monitor, :process, _pid, _reason}, %{monitors: monitors} = state)
      when is_map_key(monitors, monitor) do
    id = monitors[monitor]
    GenServer.call(state.stock, {:release, id})
    {:noreply, forget(state, id)}
  end

  defp forget(state, id) do
    case Map.pop(state.holds, id) do
      {nil, _holds} ->
        state

      {monitor, holds} ->
        Process.demonitor(monitor)
        %{state | holds: holds, monitors: Map.delete(state.monitors, monitor)}
    end
  end
end
