defmodule Mailer.Worker do
  use GenServer
  require Logger

  def start_link(channel), do: GenServer.start_link(__MODULE__, channel)

  def init(channel) do
    {:ok, _tag} = AMQP.Basic.consume(channel, "mails", self())
    {:ok, %{channel: channel}}
  end

  def handle_info({:basic_deliver, payload, meta}, state) do
    try do
      payload |> Jason.decode!() |> Mailer.deliver!()
      AMQP.Basic.ack(state.channel, meta.delivery_tag)
    rescue
      exception -> retry(exception, meta, state)
    end

    {:noreply, state}
  end

  def handle_info(_, state), do: {:noreply, state}

  defp retry(exception, %{delivery_tag: tag}, state) do
    Logger.warning(Exception.message(exception))
    AMQP.Basic.reject(state.channel, tag, requeue: true) # hazard
  end
end
