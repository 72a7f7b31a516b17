defmodule Geo.Index do
  use Agent

  @table :geo_index

  def start_link(_opts) do
    :ets.new(@table, [:set, :named_table, :public, read_concurrency: true]) # hazard
    Agent.start_link(fn -> %{loaded: false} end, name: __MODULE__)
  end

  def put(cell, value), do: :ets.insert(@table, {cell, value})
end

defmodule Geo.Application do
  use Application
  def start(_, _), do: Supervisor.start_link([Geo.Index], strategy: :one_for_one)
end
