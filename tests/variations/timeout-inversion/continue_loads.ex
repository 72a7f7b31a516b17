defmodule Depot.Tenant do
  use GenServer

  def start_link(id), do: GenServer.start_link(__MODULE__, id, name: via(id))
  def plan(id), do: id |> via() |> GenServer.call(:plan) # hazard
  defp via(id), do: {:via, Registry, {Depot.Tenants, id}}

  @impl true
  def init(id) do
    {:ok, %{id: id, plan: nil}, {:continue, :load}}
  end

  @impl true
  def handle_continue(:load, %{id: id} = state) do
    case Finch.request(Finch.build(:get, "https://plans.example/#{id}"), Depot.Finch, receive_timeout: 30_000) do
      {:ok, %{body: body}} -> {:noreply, %{state | plan: body}}
      {:error, _} -> {:noreply, state, {:continue, :load}}
    end
  end

  @impl true
  def handle_call(:plan, _from, state), do: {:reply, state.plan, state}
end
