defmodule Shop.Reports.Exporter do
  @moduledoc """
  Writes the day's sales figures to a file that the accountants' system collects. A task writes; those who
  asked for a file get their answer when it is done, or when it failed.
  """

  use GenServer

  require Logger

  alias Shop.Reports.Sales

  @every_ms :timer.hours(24)
  @export_ms 15_000

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "Writes today's file now; returns its path."
  @spec export() :: {:ok, Path.t()} | {:error, term()}
  def export, do: GenServer.call(__MODULE__, :export, @export_ms)

  @doc "Writes the file of `day`."
  @spec write(Date.t()) :: {:ok, Path.t()} | {:error, File.posix()}
  def write(day) do
    path = Path.join(Application.get_env(:shop_core, :data_dir, "data"), "sales-#{day}.csv")
    rows = for {tag, {pieces, cents}} <- Sales.summary(day), do: "#{tag},#{pieces},#{cents}\n"
    with :ok <- File.write(path, rows), do: {:ok, path}
  end

  @impl true
  def init(_opts) do
    Process.send_after(self(), :export, @every_ms)
    {:ok, %{task: nil, waiting: []}}
  end

  @impl true
  def handle_call(:export, from, state), do: {:noreply, begin(%{state | waiting: [from | state.waiting]})}

  @impl true
  def handle_info(:export, state) do
    Process.send_after(self(), :export, @every_ms)
    {:noreply, begin(state)}
  end

  def handle_info({ref, result}, %{task: %Task{ref: ref}} = state) do
    Process.demonitor(ref, [:flush])
    {:noreply, finish(result, state)}
  end

  def handle_info({:DOWN, ref, :process, _pid, reason}, %{task: %Task{ref: ref}} = state) do
    {:noreply, finish({:error, reason}, state)}
  end

  def handle_info(message, state) do
    Logger.warning("exporter got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end

  # Those who ask while a file is being written get that file.
  defp begin(%{task: nil} = state) do
    %{state | task: Task.Supervisor.async_nolink(Shop.Core.Tasks, __MODULE__, :write, [Date.utc_today()])}
  end

  defp begin(state), do: state

  defp finish(result, state) do
    with {:error, reason} <- result, do: Logger.error("no sales file: #{inspect(reason)}")
    Enum.each(state.waiting, &GenServer.reply(&1, result))
    %{state | task: nil, waiting: []}
  end
end
