defmodule Orders.Consumer do
  use GenServer
  use AMQP

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  def init(_) do
    {:ok, connection} = Connection.open("amqp://localhost")
    {:ok, channel} = Channel.open(connection)
    {:ok, _} = Basic.consume(channel, "orders")
    {:ok, channel}
  end

  def handle_info({:basic_deliver, payload, %{delivery_tag: tag}}, channel) do
    case Orders.Import.run(payload) do
      {:ok, _} -> Basic.ack(channel, tag)
      {:error, _reason} -> Basic.nack(channel, tag)
    end

    {:noreply, channel}
  rescue
    _ ->
      Basic.reject(channel, tag) # hazard
      {:noreply, channel}
  end

  def handle_info(_, channel), do: {:noreply, channel}
end
