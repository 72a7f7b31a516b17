defmodule Events.Pipeline do
  def start do
    {:ok, producer} = GenStage.start(Events.Producer, 0) # hazard
    {:ok, consumer} = GenStage.start(Events.Consumer, [])
    GenStage.sync_subscribe(consumer, to: producer)
  end
end

defmodule Events.Application do
  use Application

  def start(_, _) do
    {:ok, sup} = Supervisor.start_link([], strategy: :one_for_one)
    {:ok, _} = Events.Pipeline.start()
    {:ok, sup}
  end
end

defmodule Events.Producer do
  use GenStage
  def init(n), do: {:producer, n}
  def handle_demand(d, n), do: {:noreply, Enum.to_list(n..(n + d - 1)), n + d}
end

defmodule Events.Consumer do
  use GenStage
  def init(s), do: {:consumer, s}
  def handle_events(events, _from, s) do
    IO.inspect(events)
    {:noreply, [], s}
  end
end
