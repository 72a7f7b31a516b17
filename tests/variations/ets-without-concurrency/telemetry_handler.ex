defmodule Depot.Telemetry do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_) do
    :ets.new(:depot_latency, [:public, :named_table, :ordered_set]) # hazard
    :telemetry.attach(__MODULE__, [:phoenix, :endpoint, :stop], &__MODULE__.handle_event/4, nil)
    {:ok, nil}
  end

  def handle_event([:phoenix, :endpoint, :stop], %{duration: duration}, %{conn: conn}, _config) do
    :ets.insert(:depot_latency, {{System.monotonic_time(), self()}, conn.request_path, duration})
  end
end
