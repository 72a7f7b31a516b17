defmodule Depot.Background do
  def run(from, fun) do
    Task.start(fn -> GenServer.reply(from, fun.()) end) # hazard
  end
end

defmodule Depot.Reports do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def monthly(month), do: GenServer.call(__MODULE__, {:monthly, month}, :infinity)

  @impl true
  def init(state), do: {:ok, state}

  @impl true
  def handle_call({:monthly, month}, from, state) do
    Depot.Background.run(from, fn -> Depot.Repo.all(Depot.Sale, month: month) end)
    {:noreply, state}
  end
end
