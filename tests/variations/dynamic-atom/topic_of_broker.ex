defmodule Depot.Sensors do
  use Tortoise.Handler

  def init(args), do: {:ok, args}

  def handle_message(["sensor", id, "temperature"], payload, state) do
    Depot.Readings.store(:"sensor_#{id}", payload) # hazard
    {:ok, state}
  end

  def handle_message(_topic, _payload, state), do: {:ok, state}
end
