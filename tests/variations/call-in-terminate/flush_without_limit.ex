defmodule Depot.Buffer do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(rows) do
    Process.flag(:trap_exit, true)
    {:ok, rows}
  end

  @impl true
  def handle_cast({:add, row}, rows), do: {:noreply, [row | rows]}

  @impl true
  def terminate(_reason, rows) do
    GenServer.call(Depot.Writer, {:write, rows}, :infinity) # hazard
  end
end
