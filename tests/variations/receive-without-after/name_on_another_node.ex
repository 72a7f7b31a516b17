defmodule Depot.Remote do
  @moduledoc "Asks the ledger of another depot."

  def balance(node, account) do
    tag = :erlang.unique_integer()
    :erlang.send({:ledger, node}, {:balance, self(), tag, account})

    receive do # hazard
      {:balance, ^tag, amount} when is_integer(amount) -> amount
    end
  end
end
