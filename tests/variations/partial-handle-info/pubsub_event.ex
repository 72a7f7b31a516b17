defmodule Board.Events do
  def subscribe, do: Phoenix.PubSub.subscribe(Board.PubSub, "board")
  def moved(card), do: Phoenix.PubSub.broadcast(Board.PubSub, "board", {:moved, card})
  def archived(card), do: Phoenix.PubSub.broadcast(Board.PubSub, "board", {:archived, card})
end

defmodule Board.Index do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  def init(_) do
    Board.Events.subscribe()
    {:ok, %{}}
  end

  def handle_info({:moved, card}, index), do: {:noreply, Map.put(index, card.id, card)} # hazard
end
