defmodule Shop.Core.Tables do
  @moduledoc """
  Owns named tables and does nothing else, so that nothing can make it crash and the tables outlive the
  processes that work with them. A table is public: its readers and writers do not pass through here.
  """

  use GenServer

  require Logger

  @doc "Options: `:name` of the owner, and `:tables`, a keyword list of table names and options of `:ets.new/2`."
  def start_link(options) do
    GenServer.start_link(__MODULE__, Keyword.fetch!(options, :tables), name: Keyword.fetch!(options, :name))
  end

  @impl true
  def init(tables) do
    for {name, options} <- tables, do: :ets.new(name, [:named_table, :public | options])
    {:ok, nil}
  end

  @impl true
  def handle_info(message, state) do
    Logger.warning("table owner got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end
end
