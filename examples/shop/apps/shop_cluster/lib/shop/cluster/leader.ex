defmodule Shop.Cluster.Leader do
  @moduledoc "One node leads: it alone sends the reminders and the nightly export."

  use GenServer

  require Logger

  @check_ms 5_000

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @spec leader?() :: boolean()
  def leader?, do: GenServer.call(__MODULE__, :leader?)

  @doc "The process of the leading node, wherever it runs."
  @spec whereis() :: pid() | :undefined
  def whereis, do: :global.whereis_name(__MODULE__)

  @impl true
  def init(_opts) do
    Process.send_after(self(), :check, 0)
    {:ok, %{leader?: false}}
  end

  @impl true
  def handle_call(:leader?, _from, state), do: {:reply, state.leader?, state}

  @impl true
  def handle_info(:check, state) do
    Process.send_after(self(), :check, @check_ms)
    leader? = Enum.min([node() | Node.list()]) == node()
    if leader? and not state.leader?, do: take_over()
    if not leader?, do: follow(whereis())
    {:noreply, %{state | leader?: leader?}}
  end

  defp take_over do
    Logger.info("#{node()} leads")
    :global.register_name(__MODULE__, self())
  end

  # Watched, so that the node list does not lose a leader that has nothing to say.
  defp follow(:undefined), do: :ok
  defp follow(leader), do: Process.monitor(leader)
end
