defmodule Shop.Cluster.StockSync do
  @moduledoc "Compares our stock levels with the other nodes' every second, so that we do not sell twice."

  use GenServer

  alias Shop.Cluster.{Membership, Remote}
  alias Shop.Stock

  @every_ms 1_000

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "When the nodes were last compared, as the system's time in seconds."
  @spec last_run() :: integer() | nil
  def last_run, do: GenServer.call(__MODULE__, :last_run)

  @impl true
  def init(_opts) do
    :timer.send_interval(@every_ms, :sync)
    {:ok, %{last_run: nil}}
  end

  @impl true
  def handle_call(:last_run, _from, state), do: {:reply, state.last_run, state}

  @impl true
  def handle_info(:sync, state) do
    for node <- Membership.members() do
      node |> Remote.stock() |> Stock.merge()
    end

    {:noreply, %{state | last_run: System.os_time(:second)}}
  end
end
