defmodule Depot.Billing do
  use Oban.Worker, queue: :billing, max_attempts: 5

  @impl Oban.Worker
  def perform(%Oban.Job{args: %{"account" => account, "amount" => amount}}) do
    :global.trans({__MODULE__, self()}, fn -> charge(account, amount) end, Node.list([:this, :visible])) # hazard
  end

  defp charge(account, amount) do
    [{^account, balance}] = :mnesia.dirty_read(:accounts, account)
    :mnesia.dirty_write({:accounts, account, balance - amount})
  end
end
