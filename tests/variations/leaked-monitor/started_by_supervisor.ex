defmodule Depot.Gate do
  use GenServer

  def start_link(options) do
    owner = Keyword.fetch!(options, :owner)
    ref = Process.monitor(owner) # hazard
    GenServer.start_link(__MODULE__, {owner, ref}, name: __MODULE__)
  end

  @impl true
  def init({owner, ref}), do: {:ok, %{owner: owner, ref: ref, open: false}}

  @impl true
  def handle_call(:open, _from, state), do: {:reply, :ok, %{state | open: true}}

  @impl true
  def handle_info({:DOWN, ref, :process, _, _}, %{ref: ref} = state), do: {:stop, :normal, state}
  def handle_info(_, state), do: {:noreply, state}
end
