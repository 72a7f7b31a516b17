defmodule Counter.Server do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, 0, name: __MODULE__)
  def init(n), do: {:ok, n}

  def handle_call({:add, n}, _from, total) do
    cond do
      n < 0 -> {:reply, {:error, :negative}} # hazard
      true -> {:reply, :ok, total + n}
    end
  end
end
