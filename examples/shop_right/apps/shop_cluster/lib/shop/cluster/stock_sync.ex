defmodule Shop.Cluster.StockSync do
  @moduledoc """
  Compares our stock levels with the other nodes' every second, so that we do not sell twice. A task asks the
  nodes, and the next round begins a second after the last has ended.
  """

  use GenServer

  require Logger

  alias Shop.Cluster.{Membership, Remote}
  alias Shop.Stock

  @every_ms 1_000

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "When the nodes were last compared, as the system's time in seconds."
  @spec last_run() :: integer() | nil
  def last_run, do: GenServer.call(__MODULE__, :last_run)

  @doc "One round; returns the nodes that did not answer."
  @spec compare() :: [node()]
  def compare do
    for {node, answer} <- Remote.stock(Membership.members()), take(answer) != :ok, do: node
  end

  @impl true
  def init(_opts) do
    Process.send_after(self(), :sync, @every_ms)
    {:ok, %{last_run: nil, task: nil, missing: []}}
  end

  @impl true
  def handle_call(:last_run, _from, state), do: {:reply, state.last_run, state}

  @impl true
  def handle_info(:sync, %{task: nil} = state) do
    {:noreply, %{state | task: Task.Supervisor.async_nolink(Shop.Cluster.Tasks, __MODULE__, :compare, [])}}
  end

  def handle_info({ref, missing}, %{task: %Task{ref: ref}} = state) do
    Process.demonitor(ref, [:flush])
    # Said once when it changes, not every second.
    if missing != state.missing, do: Logger.warning("stock levels not known of #{inspect(missing)}")
    {:noreply, again(%{state | missing: missing, last_run: System.os_time(:second)})}
  end

  def handle_info({:DOWN, ref, :process, _pid, reason}, %{task: %Task{ref: ref}} = state) do
    Logger.warning("comparing stock failed: #{inspect(reason)}")
    {:noreply, again(state)}
  end

  def handle_info(message, state) do
    Logger.warning("stock sync got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end

  defp again(state) do
    Process.send_after(self(), :sync, @every_ms)
    %{state | task: nil}
  end

  defp take({:ok, levels}), do: Stock.merge(levels)
  defp take({:error, reason}), do: {:error, reason}
end
