defmodule Depot.Clock do
  def every(period, message), do: :timer.send_interval(period, self(), message) # hazard
end
