defmodule Depot.Weather do
  use GenServer

  defstruct [:url, :last, interval: 60_000]

  def start_link(opts), do: GenServer.start_link(__MODULE__, struct!(__MODULE__, opts), name: __MODULE__)
  def current, do: GenServer.call(__MODULE__, :current)

  @impl true
  def init(%__MODULE__{} = state) do
    schedule(state)
    {:ok, state}
  end

  @impl true
  def handle_call(:current, _from, %__MODULE__{last: last} = state), do: {:reply, last, state}

  @impl true
  def handle_info(:poll, %__MODULE__{url: url} = state) do
    state =
      case Req.get(url) do # hazard
        {:ok, %{status: 200, body: body}} -> %{state | last: body}
        _ -> state
      end

    schedule(state)
    {:noreply, state}
  end

  defp schedule(%{interval: interval}), do: Process.send_after(self(), :poll, interval)
end
