defmodule Depot.Lookup do
  defmacro __using__(options) do
    quote do
      use GenServer

      @table unquote(options[:table])

      def start_link(_), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)
      def lookup(key), do: GenServer.call(__MODULE__, {:lookup, key})
      def put(key, value), do: GenServer.call(__MODULE__, {:put, key, value})

      @impl true
      def init(_) do
        :ets.new(@table, [:named_table, :set])
        {:ok, nil}
      end

      @impl true
      def handle_call({:lookup, key}, _from, state) do
        {:reply, :ets.lookup(@table, key), state} # hazard
      end

      def handle_call({:put, key, value}, _from, state) do
        {:reply, :ets.insert(@table, {key, value}), state}
      end
    end
  end
end

defmodule Depot.Zones do
  use Depot.Lookup, table: :zones
end

defmodule DepotWeb.ZoneController do
  use Phoenix.Controller

  def show(conn, %{"zip" => zip}), do: json(conn, zip |> Depot.Zones.lookup() |> length())
end
