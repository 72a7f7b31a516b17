defmodule Billing.Safely do
  defmacro safely(do: block) do
    quote do
      try do
        unquote(block)
      rescue
        _ -> :error
      end
    end
  end
end

defmodule Billing.Ledger do
  use GenServer
  import Billing.Safely

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: __MODULE__)
  def init(_), do: {:ok, %{entries: [], balance: 0}}

  def handle_cast({:book, entry}, state) do
    case safely(do: book(entry, state)) do # hazard
      :error -> {:noreply, state}
      booked -> {:noreply, booked}
    end
  end

  defp book(%{amount: amount} = entry, state) do
    %{state | entries: [entry | state.entries], balance: state.balance + amount}
  end
end
