defmodule Phoenix.Channel do
  defmacro __using__(_), do: nil
end

defmodule Shop.Limits do
  def check(_id), do: {:error, :too_many_joins}
end

defmodule :telemetry do
  def execute(_event, _measurements, _metadata), do: :ok
end

defmodule Lab.Mailbox.LogFlood do
  use Lab.Experiment,
    measures: "time that a thousand refused joins take",
    unit: "ms",
    holds: "hazard >= 4 * fix"

  def run(_variant) do
    Logger.configure(level: :info)
    milliseconds(fn -> for(id <- 1..1_000, do: {:error, _} = ShopWeb.CartChannel.join("cart:#{id}", %{}, nil)) end)
  end
end
