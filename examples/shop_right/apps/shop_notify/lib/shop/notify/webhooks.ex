defmodule Shop.Notify.Webhooks do
  @moduledoc """
  Tells partners what happens in the shop. A partner registers an address; every event is posted there.
  A new address is tried out first, beside the deliveries.

  Tasks talk to the partners, one at a time for each, so that a slow partner delays nobody else. Each partner
  has a queue with an end; who does not keep up misses events and finds them through the orders' pages.
  """

  use GenServer

  require Logger

  alias Shop.Notify.Delivery

  @max_partners 200
  @max_queue 500
  @max_running 20
  @call_ms 1_000
  @report_ms :timer.minutes(1)

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "Posts an event to all partners."
  @spec publish(String.t(), map()) :: :ok | {:error, :overloaded}
  def publish(event, data), do: ask({:publish, event, data})

  @doc "Adds a partner's address once it has answered a test event."
  @spec register(String.t()) :: :ok | {:error, :overloaded}
  def register(url), do: ask({:register, url})

  @spec partners() :: [String.t()]
  def partners, do: GenServer.call(__MODULE__, :partners)

  defp ask(request) do
    GenServer.call(__MODULE__, request, @call_ms)
  catch
    :exit, {reason, {GenServer, :call, _arguments}} when reason in [:timeout, :noproc] -> {:error, :overloaded}
  end

  # queues: url => queue of {event, data}; running: reference of a task => what it does.
  @impl true
  def init(_opts) do
    Process.send_after(self(), :report, @report_ms)
    {:ok, %{queues: %{}, running: %{}, lost: 0}, {:continue, :load}}
  end

  @impl true
  def handle_continue(:load, state), do: {:noreply, run(state, :load, :load_partners, [])}

  @impl true
  def handle_call({:publish, event, data}, _from, state) do
    state = state.queues |> Map.keys() |> Enum.reduce(state, &enqueue(&2, &1, {event, data}))
    {:reply, :ok, dispatch(state)}
  end

  def handle_call({:register, url}, _from, state) do
    if map_size(state.queues) < @max_partners and map_size(state.running) < @max_running do
      {:reply, :ok, run(state, {:try_out, url}, :try_out, [url])}
    else
      {:reply, {:error, :overloaded}, state}
    end
  end

  def handle_call(:partners, _from, state), do: {:reply, state.queues |> Map.keys() |> Enum.sort(), state}

  @impl true
  def handle_info({ref, result}, %{running: running} = state) when is_map_key(running, ref) do
    Process.demonitor(ref, [:flush])
    {:noreply, finish(state, ref, result)}
  end

  def handle_info({:DOWN, ref, :process, _pid, reason}, %{running: running} = state)
      when is_map_key(running, ref) do
    {:noreply, finish(state, ref, {:error, reason})}
  end

  # One line a minute, however many events are lost.
  def handle_info(:report, state) do
    if state.lost > 0, do: Logger.error("#{state.lost} webhook events were lost in the last minute")
    Process.send_after(self(), :report, @report_ms)
    {:noreply, %{state | lost: 0}}
  end

  def handle_info(message, state) do
    Logger.warning("webhooks got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end

  defp enqueue(state, url, event) do
    queue = state.queues[url]

    if :queue.len(queue) < @max_queue do
      put_in(state.queues[url], :queue.in(event, queue))
    else
      %{state | lost: state.lost + 1}
    end
  end

  # Starts what may run: a partner with events, of whom no task runs, while there is room.
  defp dispatch(state) do
    busy = for {_ref, {:deliver, url}} <- state.running, do: url

    (Map.keys(state.queues) -- busy)
    |> Enum.reduce_while(state, fn url, state ->
      if map_size(state.running) < @max_running, do: {:cont, deliver(state, url)}, else: {:halt, state}
    end)
  end

  defp deliver(state, url) do
    case :queue.out(state.queues[url]) do
      {{:value, {event, data}}, queue} ->
        put_in(state.queues[url], queue) |> run({:deliver, url}, :deliver, [url, event, data])

      {:empty, _queue} ->
        state
    end
  end

  defp run(state, what, function, arguments) do
    task = Task.Supervisor.async_nolink(Shop.Notify.Tasks, Delivery, function, arguments)
    put_in(state.running[task.ref], what)
  end

  defp finish(state, ref, result) do
    {what, running} = Map.pop(state.running, ref)
    what |> done(result, %{state | running: running}) |> dispatch()
  end

  defp done({:deliver, _url}, :ok, state), do: state
  defp done({:deliver, _url}, {:error, _reason}, state), do: %{state | lost: state.lost + 1}

  defp done({:try_out, url}, :ok, state) do
    Logger.info("new webhook partner #{url}")
    add(state, [url])
  end

  defp done({:try_out, url}, {:error, reason}, state) do
    Logger.info("webhook partner #{url} did not answer: #{inspect(reason)}")
    state
  end

  defp done(:load, {:ok, urls}, state), do: add(state, urls)

  defp done(:load, {:error, reason}, state) do
    Logger.error("webhook partners cannot be read: #{inspect(reason)}")
    state
  end

  defp add(state, urls) do
    %{state | queues: Enum.reduce(urls, state.queues, &Map.put_new(&2, &1, :queue.new()))}
  end
end
