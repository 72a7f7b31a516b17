defmodule Depot.Gate do
  use GenServer
  require Logger

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def enter(card), do: GenServer.call(__MODULE__, {:enter, card})

  @impl true
  def init(state), do: {:ok, state}

  @impl true
  def handle_call({:enter, card}, _from, state) do
    with {:ok, owner} <- Map.fetch(state, card),
         true <- owner.active do
      {:reply, {:ok, owner.name}, state}
    else
      other ->
        Logger.warning("refused: #{inspect(other)}")
        {:noreply, state} # hazard
    end
  end
end
