defmodule Stock.Reserver do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)
  def reserve(order), do: GenServer.call(__MODULE__, {:reserve, order})

  def init(_) do
    :ets.new(:reservations, [:named_table, :protected])
    {:ok, %{count: 0}}
  end

  def handle_call({:reserve, order}, _from, state) do
    for line <- order.lines do
      :ets.insert(:reservations, {line.sku, order.id, line.quantity})
    end

    charge(order)
    {:reply, :ok, %{state | count: state.count + 1}}
  rescue
    _error -> # hazard
      {:reply, {:error, :failed}, state}
  end

  defp charge(order) do
    Enum.reduce(order.lines, 0, fn line, sum -> sum + line.price * line.quantity end)
    |> Payments.charge!(order.card)
  end
end
