defmodule Signal.Server do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, :off, name: __MODULE__)
  def init(state), do: {:ok, state}

  def handle_cast({:set, position}, _state) do
    with true <- position in [:on, :off] do # hazard
      {:noreply, position}
    end
  end
end
