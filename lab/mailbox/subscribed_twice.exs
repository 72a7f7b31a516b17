# As Phoenix.PubSub keeps its subscriptions: in a registry with duplicate keys.
defmodule Phoenix.PubSub do
  def subscribe(pubsub, topic) do
    {:ok, _} = Registry.register(pubsub, topic, nil)
    :ok
  end

  def broadcast(pubsub, topic, message) do
    Registry.dispatch(pubsub, topic, fn entries -> for {pid, _} <- entries, do: send(pid, message) end)
  end
end

defmodule Lab.Mailbox.SubscribedTwice do
  use Lab.Experiment,
    measures: "messages that one event becomes after ten refreshes",
    unit: "messages",
    note: "subscriptions are kept by a Registry with duplicate keys, as Phoenix.PubSub keeps them",
    holds: "hazard == 10 and fix == 1"

  def run(variant) do
    {:ok, _} = Registry.start_link(keys: :duplicate, name: Shop.PubSub)
    {:ok, board} = Shop.Board.start_link([])
    :sys.replace_state(board, &Map.put(&1, :items, ["bread"]))
    for _ <- 1..10, do: send(board, :refresh)
    :sys.get_state(board)
    :erlang.trace(board, true, [:receive])
    topic = if variant == :hazard, do: "item:bread", else: "items"
    # What the tracer itself sends is not traced.
    {:ok, _} = outcome(1_000, fn -> Phoenix.PubSub.broadcast(Shop.PubSub, topic, :sold) end)
    Process.sleep(50)
    mailbox(self())
  end
end
