defmodule Depot.Catalogue do
  use GenServer
  defstruct items: %{}

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_), do: {:ok, %__MODULE__{}}

  @impl true
  def handle_call({:put, sku, item}, _from, %__MODULE__{items: items} = state) do
    state = %{state | items: Map.put(items, sku, item)}
    tell_all(state.items)
    {:reply, :ok, state}
  end

  def handle_call({:remove, sku}, _from, state), do: {:reply, :ok, %{state | items: Map.delete(state.items, sku)}}

  defp tell_all(items) do
    :catalogue |> :pg.get_members() |> Enum.each(&send(&1, {:catalogue, items})) # hazard
  end
end
