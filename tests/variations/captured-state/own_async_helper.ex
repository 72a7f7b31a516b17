defmodule Depot.Mailer do
  use GenServer

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: __MODULE__)

  @impl true
  def init(opts), do: {:ok, %{from: opts[:from], sent: %{}}}

  @impl true
  def handle_call({:send, to, text}, _from, state) do
    in_background(fn -> Depot.Smtp.deliver(state.from, to, text) end) # hazard
    {:reply, :ok, %{state | sent: Map.put(state.sent, to, text)}}
  end

  def handle_call({:forget, to}, _from, state), do: {:reply, :ok, %{state | sent: Map.delete(state.sent, to)}}

  defp in_background(fun), do: Task.Supervisor.start_child(Depot.Tasks, fun)
end
