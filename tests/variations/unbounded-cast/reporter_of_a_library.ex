defmodule Meter.Reporter do
  use GenServer

  def start_link(url), do: GenServer.start_link(__MODULE__, url, name: __MODULE__)
  def init(url), do: {:ok, url}

  def track(event, data \\ %{}), do: GenServer.cast(__MODULE__, {:track, event, data}) # hazard

  def handle_cast({:track, event, data}, url) do
    HTTPoison.post(url, :erlang.term_to_binary({event, data}), [], recv_timeout: 5_000)
    {:noreply, url}
  end
end
