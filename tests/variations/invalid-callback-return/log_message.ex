defmodule Switch.Server do
  use GenServer
  require Logger

  def start_link(_), do: GenServer.start_link(__MODULE__, :off, name: __MODULE__)
  def init(state), do: {:ok, state}

  def handle_cast({:set, position}, _state) do
    {:noreply, position}
  end

  def handle_info(message, _state) do
    Logger.warning("unexpected #{inspect(message)}") # hazard
  end
end
