defmodule Live.Hub do
  @behaviour :cowboy_websocket
  defstruct feeds: %{}, user: nil

  def init(req, _opts), do: {:cowboy_websocket, req, %__MODULE__{}}
  def websocket_init(state), do: {:ok, state}

  def websocket_handle({:text, json}, state) do
    case Jason.decode(json) do
      {:ok, %{"action" => "subscribe", "channel" => channel}} -> subscribe(channel, state)
      {:ok, %{"action" => "unsubscribe", "channel" => channel}} -> unsubscribe(channel, state)
      _ -> {:reply, {:text, "what?"}, state}
    end
  end

  def websocket_info({:DOWN, _, :process, pid, _}, state) do
    {:ok, %{state | feeds: Map.reject(state.feeds, fn {_, p} -> p == pid end)}}
  end

  def websocket_info({:tick, text}, state), do: {:reply, {:text, text}, state}

  defp subscribe(channel, state) do
    {:ok, pid} = DynamicSupervisor.start_child(Live.Feeds, {Live.Feed, {channel, self()}}) # hazard
    Process.monitor(pid)
    {:ok, %{state | feeds: Map.put(state.feeds, channel, pid)}}
  end

  defp unsubscribe(channel, state) do
    {pid, feeds} = Map.pop(state.feeds, channel)
    if pid, do: DynamicSupervisor.terminate_child(Live.Feeds, pid)
    {:ok, %{state | feeds: feeds}}
  end
end
