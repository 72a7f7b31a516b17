defmodule Depot.Amqp do
  use GenServer
  require Logger

  def start_link(_), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)
  def publish(message), do: GenServer.call(__MODULE__, {:publish, message})

  @impl true
  def init(_), do: {:ok, connect()}

  @impl true
  def handle_call({:publish, message}, _from, channel), do: {:reply, AMQP.Basic.publish(channel, "", "depot", message), channel}

  defp connect do
    with {:ok, connection} <- AMQP.Connection.open(),
         {:ok, channel} <- AMQP.Channel.open(connection) do
      channel
    else
      {:error, reason} ->
        Logger.error("no broker: #{inspect(reason)}")
        :timer.sleep(5_000)
        connect() # hazard BW414 BW409 BW114
    end
  end
end
