defmodule Shop.Orders.Journal do
  @moduledoc """
  The order book on disk, one line an order, for the accountants. Lines are gathered and written in blocks.
  """

  use GenServer

  @flush_ms 1_000
  @block 50

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @spec append(map()) :: :ok
  def append(order), do: GenServer.cast(__MODULE__, {:append, line(order)})

  @impl true
  def init(_opts) do
    directory = Application.get_env(:shop_core, :data_dir, "data")
    File.mkdir_p!(directory)
    file = File.open!(Path.join(directory, "orders.log"), [:append])
    :timer.send_interval(@flush_ms, :flush)
    {:ok, %{file: file, lines: []}}
  end

  @impl true
  def handle_cast({:append, line}, %{lines: lines} = state) when length(lines) >= @block do
    {:noreply, flush(%{state | lines: [line | lines]})}
  end

  def handle_cast({:append, line}, state), do: {:noreply, %{state | lines: [line | state.lines]}}

  @impl true
  def handle_info(:flush, state), do: {:noreply, flush(state)}

  @impl true
  def terminate(_reason, state) do
    flush(state)
    File.close(state.file)
  end

  defp flush(%{lines: []} = state), do: state

  defp flush(state) do
    IO.binwrite(state.file, Enum.reverse(state.lines))
    %{state | lines: []}
  end

  defp line(order) do
    items = Enum.map_join(order.items, ";", fn {sku, quantity} -> "#{sku}*#{quantity}" end)
    "#{order.number},#{order.id},#{order.email},#{order.amount.cents},#{order.amount.currency},#{items}\n"
  end
end
