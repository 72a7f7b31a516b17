defmodule Shop.Notify.Mailer do
  @moduledoc """
  Sends our mails, one after the other, so that the relay sees one connection at a time.

  A task talks to the relay; this process keeps the queue. The queue has an end: where the relay cannot keep
  up, new mails are refused at once. A mail is a courtesy, the order's page says the same.
  """

  use GenServer

  require Logger

  alias Shop.Notify.Smtp

  @max_queue 1_000
  @enqueue_ms 1_000
  @report_ms :timer.minutes(1)

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "Queues a mail."
  @spec deliver(String.t(), String.t(), String.t()) :: :ok | {:error, :overloaded}
  def deliver(to, subject, text) do
    GenServer.call(__MODULE__, {:deliver, {to, subject, text}}, @enqueue_ms)
  catch
    :exit, {reason, {GenServer, :call, _arguments}} when reason in [:timeout, :noproc] -> {:error, :overloaded}
  end

  @doc "How many mails went out since the start."
  @spec sent() :: non_neg_integer()
  def sent, do: GenServer.call(__MODULE__, :sent)

  @impl true
  def init(_opts) do
    Process.send_after(self(), :report, @report_ms)
    {:ok, %{queue: :queue.new(), length: 0, task: nil, sent: 0, failed: 0}}
  end

  @impl true
  def handle_call({:deliver, _mail}, _from, %{length: @max_queue} = state) do
    {:reply, {:error, :overloaded}, %{state | failed: state.failed + 1}}
  end

  def handle_call({:deliver, mail}, _from, state) do
    state = %{state | queue: :queue.in(mail, state.queue), length: state.length + 1}
    {:reply, :ok, send_next(state)}
  end

  def handle_call(:sent, _from, state), do: {:reply, state.sent, state}

  @impl true
  def handle_info({ref, result}, %{task: %Task{ref: ref}} = state) do
    Process.demonitor(ref, [:flush])
    {:noreply, result |> count(%{state | task: nil}) |> send_next()}
  end

  def handle_info({:DOWN, ref, :process, _pid, reason}, %{task: %Task{ref: ref}} = state) do
    {:noreply, {:error, reason} |> count(%{state | task: nil}) |> send_next()}
  end

  # One line a minute, however many mails fail.
  def handle_info(:report, state) do
    if state.failed > 0, do: Logger.error("#{state.failed} mails were not sent in the last minute")
    Process.send_after(self(), :report, @report_ms)
    {:noreply, %{state | failed: 0}}
  end

  def handle_info(message, state) do
    Logger.warning("mailer got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end

  defp send_next(%{task: nil} = state) do
    case :queue.out(state.queue) do
      {{:value, {to, subject, text}}, queue} ->
        task = Task.Supervisor.async_nolink(Shop.Notify.Tasks, Smtp, :send_mail, [to, subject, text])
        %{state | queue: queue, length: state.length - 1, task: task}

      {:empty, _queue} ->
        state
    end
  end

  defp send_next(state), do: state

  defp count(:ok, state), do: %{state | sent: state.sent + 1}
  defp count({:error, _reason}, state), do: %{state | failed: state.failed + 1}
end
