defmodule Depot.Webhooks do
  use GenServer
  defstruct [:url, :token, queue: :queue.new(), failed: %{}]

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: __MODULE__)

  @impl true
  def init(opts), do: {:ok, struct!(__MODULE__, opts)}

  @impl true
  def handle_cast({:event, event}, state), do: {:noreply, %{state | queue: :queue.in(event, state.queue)}}

  @impl true
  def handle_info(:deliver, state) do
    case :queue.out(state.queue) do
      {{:value, event}, rest} ->
        Task.start(fn -> Depot.Http.post(state.url, state.token, event) end) # hazard
        {:noreply, %{state | queue: rest}}

      {:empty, _} ->
        {:noreply, state}
    end
  end
end
