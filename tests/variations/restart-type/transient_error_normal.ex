defmodule Sync.Consumer do
  use GenServer, restart: :transient
  require Logger

  def start_link(topic), do: GenServer.start_link(__MODULE__, topic, name: __MODULE__)
  def init(topic), do: {:ok, %{topic: topic, offset: 0}, {:continue, :consume}}

  def handle_continue(:consume, %{topic: topic, offset: offset} = state) do
    with {:ok, events} <- Sync.Broker.fetch(topic, offset),
         :ok <- Sync.Store.write(events) do
      {:noreply, %{state | offset: offset + length(events)}, {:continue, :consume}}
    else
      {:error, reason} ->
        Logger.error("consumer for #{topic} failed: #{inspect(reason)}")
        {:stop, :normal, state} # hazard
    end
  end
end

defmodule Sync.Application do
  use Application
  def start(_, _), do: Supervisor.start_link([{Sync.Consumer, "orders"}], strategy: :one_for_one)
end
