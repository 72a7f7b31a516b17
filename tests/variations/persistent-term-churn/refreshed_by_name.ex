defmodule Depot.Prices do
  use GenServer

  @every :timer.minutes(5)

  def start_link(opts), do: GenServer.start_link(__MODULE__, Map.new(opts), name: opts[:name])
  def all(server), do: :persistent_term.get({:prices, server}, %{})

  @impl true
  def init(state), do: {:ok, state, {:continue, :load}}

  @impl true
  def handle_continue(:load, state), do: {:noreply, load(state)}

  @impl true
  def handle_info(:reload, state), do: {:noreply, load(state)}

  defp load(%{name: name, file: file} = state) do
    prices = file |> File.read!() |> Depot.Csv.parse()
    :persistent_term.put({:prices, name}, prices) # hazard
    Process.send_after(self(), :reload, @every)
    state
  end
end
