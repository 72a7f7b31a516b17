defmodule Shop.Core.Tables do
  @moduledoc "Makes the shop's tables, all alike."

  @doc "A new table that every process may use by its name."
  @spec create(atom(), :set | :bag) :: atom()
  def create(name, type), do: :ets.new(name, [:named_table, :public, type])
end
