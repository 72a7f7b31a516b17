defmodule Depot.Ledger.Client do
  @wait 2_000

  def balance(account) do
    case :global.whereis_name(:ledger) do
      :undefined ->
        {:error, :no_ledger}

      pid ->
        id = System.unique_integer([:positive])
        send(pid, {:balance, id, account, self()})
        await(id)
    end
  end

  defp await(id) do
    receive do # hazard
      {:balance, ^id, amount} -> {:ok, amount}
    after
      @wait -> {:error, :timeout}
    end
  end
end
