# A struct whose field is filled by a timer of init, read through a helper.
defmodule Quotes do
  use GenServer

  defstruct [:source, :table]

  def start_link(source), do: GenServer.start_link(__MODULE__, source, name: __MODULE__)
  def of(name), do: GenServer.call(__MODULE__, {:of, name})

  @impl true
  def init(source) do
    Process.send_after(self(), :fill, 1_000) # hazard
    {:ok, %__MODULE__{source: source}}
  end

  @impl true
  def handle_call({:of, name}, _from, state), do: {:reply, find(state, name), state}

  @impl true
  def handle_info(:fill, state), do: {:noreply, %{state | table: Map.new(File.stream!(state.source), &String.split(&1))}}

  defp find(%{table: table}, name), do: Map.fetch!(table, name)
end
