defmodule Shop.Order do
  def store(payload), do: raise("no order: #{payload}")
end

# A broker that delivers at once what comes back into its queue.
defmodule AMQP.Basic do
  def ack(_channel, _tag), do: :ok
  def reject(channel, tag, options), do: send(channel, {:rejected, tag, Keyword.get(options, :requeue, true)})
end

defmodule Lab.Supervision.CrashLoop do
  use Lab.Experiment,
    measures: "deliveries of one message that cannot be stored, of a thousand at most",
    unit: "deliveries",
    limit: 1_000,
    holds: "hazard == 1000 and fix <= 2"

  def run(variant), do: deliver(variant, 1)

  defp deliver(variant, times) do
    consume(variant, times > 1)

    receive do
      {:rejected, 1, true} when times < 1_000 -> deliver(variant, times + 1)
      {:rejected, 1, _requeue} -> times
    end
  end

  defp consume(:hazard, _redelivered), do: Shop.Orders.consume(self(), 1, "poison")
  defp consume(:fix, redelivered), do: Shop.Orders.consume(self(), 1, redelivered, "poison")
end
