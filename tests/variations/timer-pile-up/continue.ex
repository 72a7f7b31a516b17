defmodule Depot.Stock do
  use GenServer

  def start_link(options), do: GenServer.start_link(__MODULE__, options, name: __MODULE__)

  @impl true
  def init(options) do
    {:ok, _} = :timer.send_interval(Keyword.get(options, :every, 5_000), :poll) # hazard
    {:ok, %{items: []}}
  end

  @impl true
  def handle_info(:poll, state), do: {:noreply, state, {:continue, :poll}}

  @impl true
  def handle_continue(:poll, state) do
    case HTTPoison.get("http://stock.example/items", [], recv_timeout: 60_000) do
      {:ok, %{status_code: 200, body: body}} -> {:noreply, %{state | items: Jason.decode!(body)}}
      _ -> {:noreply, state}
    end
  end
end
