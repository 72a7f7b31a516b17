defmodule Depot.Prices do
  use GenServer

  defmodule State do
    defstruct prices: %{}, suppliers: []
  end

  def start_link(suppliers), do: GenServer.start_link(__MODULE__, suppliers, name: __MODULE__)
  def refresh, do: GenServer.cast(__MODULE__, :refresh)
  def of(item), do: GenServer.call(__MODULE__, {:of, item})

  @impl true
  def init(suppliers), do: {:ok, %State{suppliers: suppliers}}

  @impl true
  def handle_call({:of, item}, _from, %State{prices: prices} = state), do: {:reply, prices[item], state}

  @impl true
  def handle_cast(:refresh, %State{suppliers: suppliers} = state) do
    prices =
      for supplier <- suppliers, into: [] do
        Task.async(fn -> Req.get!(supplier <> "/prices").body end)
      end
      |> Enum.map(&Task.await(&1, 60_000)) # hazard BW412 BW402
      |> Enum.reduce(%{}, &Map.merge/2)

    {:noreply, %State{state | prices: prices}}
  end
end
