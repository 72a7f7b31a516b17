defmodule Depot.Totals do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def join(pid), do: GenServer.call(__MODULE__, {:join, pid})
  def total, do: GenServer.call(__MODULE__, :total)

  @impl true
  def init(members), do: {:ok, members}

  @impl true
  def handle_call({:join, pid}, _from, members), do: {:reply, :ok, [pid | members]}

  def handle_call(:total, _from, members) do
    total =
      members
      |> Enum.map(&GenServer.call(&1, :count)) # hazard BW401 BW404
      |> Enum.sum()

    {:reply, total, members}
  end
end
