defmodule Pay.Application do
  use Application

  def start(_, _) do
    Supervisor.start_link([Pay.Warmup, Pay.Rates], strategy: :one_for_one)
  end
end

defmodule Pay.Rates do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def all, do: GenServer.call(__MODULE__, :all)
  def init(state), do: {:ok, state}
  def handle_call(:all, _from, state), do: {:reply, state, state}
end

defmodule Pay.Catalogue do
  def build, do: for({currency, rate} <- Pay.Rates.all(), do: {currency, rate * 100})
end

defmodule Pay.Warmup do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def init(_), do: {:ok, Pay.Catalogue.build() |> Map.new()} # hazard
end
