defmodule Depot.Outbox do
  use GenServer
  defstruct [:client, queue: :queue.new()]

  def start_link(client), do: GenServer.start_link(__MODULE__, client)

  @impl true
  def init(client), do: {:ok, %__MODULE__{client: client}, {:continue, :wait}}

  @impl true
  def handle_continue(:wait, state) do
    Process.send_after(self(), :send_all, 500)
    {:noreply, state}
  end

  @impl true
  def handle_cast({:mail, mail}, state), do: {:noreply, %{state | queue: :queue.in(mail, state.queue)}}

  @impl true
  def handle_info(:send_all, state) do # hazard
    Depot.Smtp.send_all(state.client, :queue.to_list(state.queue))
    {:noreply, %{state | queue: :queue.new()}, {:continue, :wait}}
  end
end
