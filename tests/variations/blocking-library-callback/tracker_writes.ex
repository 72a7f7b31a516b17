defmodule Depot.Presence do
  use Phoenix.Tracker

  def start_link(opts), do: Phoenix.Tracker.start_link(__MODULE__, opts, Keyword.put_new(opts, :name, __MODULE__))

  @impl true
  def init(opts), do: {:ok, %{pubsub: opts[:pubsub_server]}}

  @impl true
  def handle_diff(diff, state) do
    for {topic, {joins, leaves}} <- diff do
      Depot.Online.changed(topic, joins, leaves)
    end

    {:ok, state}
  end
end

defmodule Depot.Online do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def changed(topic, joins, leaves), do: GenServer.call(__MODULE__, {:changed, topic, joins, leaves}) # hazard BW415

  @impl true
  def init(state), do: {:ok, state}

  @impl true
  def handle_call({:changed, topic, joins, leaves}, _from, state) do
    {:reply, :ok, Map.put(state, topic, length(joins) - length(leaves))}
  end
end
