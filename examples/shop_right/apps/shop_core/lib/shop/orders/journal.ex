defmodule Shop.Orders.Journal do
  @moduledoc """
  The order book on disk, one line an order, for the accountants and for our own start after a crash.

  The process opens the log and holds it open. Orders are written by those who place them, through OTP's
  disk log, and are on disk when append/1 returns.
  """

  use GenServer

  require Logger

  alias Shop.Pricing

  @log __MODULE__

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @spec append(map()) :: :ok | {:error, term()}
  def append(order) do
    with :ok <- :disk_log.blog(@log, line(order)), do: :disk_log.sync(@log)
  end

  @doc "All orders of the book. A line that a crash cut short is left out."
  @spec read() :: [map()]
  def read do
    for line <- File.stream!(path()), {:ok, order} <- [parse(line)], do: order
  end

  @impl true
  def init(_opts) do
    Process.flag(:trap_exit, true)

    with :ok <- File.mkdir_p(Path.dirname(path())),
         {:ok, _log} <- open() do
      {:ok, %{}}
    else
      {:error, reason} -> {:stop, {:journal, path(), reason}}
    end
  end

  # The log is a process of its own, linked to us: without it there is nothing that we could hold open.
  @impl true
  def handle_info({:EXIT, _pid, reason}, state), do: {:stop, {:journal, reason}, state}

  def handle_info(message, state) do
    Logger.warning("journal got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end

  @impl true
  def terminate(_reason, _state), do: :disk_log.close(@log)

  defp open do
    :disk_log.open(name: @log, file: String.to_charlist(path()), type: :halt, format: :external)
  end

  defp path, do: Path.join(Application.get_env(:shop_core, :data_dir, "data"), "orders.log")

  defp line(order) do
    items = Enum.map_join(order.items, ";", fn {sku, quantity} -> "#{sku}*#{quantity}" end)

    Enum.join(
      [order.number, order.id, URI.encode(order.email, &URI.char_unreserved?/1)] ++
        [order.amount.cents, order.amount.currency, items, order.at],
      ","
    ) <> "\n"
  end

  defp parse(line) do
    with [number, id, email, cents, currency, items, at] <- String.split(line, ","),
         {number, ""} <- Integer.parse(number),
         {cents, ""} <- Integer.parse(cents),
         {:ok, currency} <- Pricing.known_currency(currency),
         {at, "\n"} <- Integer.parse(at) do
      amount = %{cents: cents, currency: currency}

      {:ok,
       %{number: number, id: id, email: URI.decode(email), amount: amount, items: items(items), at: at, status: :paid}}
    else
      _other -> :error
    end
  end

  defp items(text) do
    for item <- String.split(text, ";", trim: true),
        [sku, quantity] <- [String.split(item, "*")],
        {quantity, ""} <- [Integer.parse(quantity)] do
      {sku, quantity}
    end
  end
end
