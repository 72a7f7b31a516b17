defmodule Depot.Search do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def search(words), do: GenServer.call(__MODULE__, {:search, words})

  @impl true
  def init(_), do: {:ok, %{}}

  @impl true
  def handle_call({:search, words}, _from, state) do
    task = Task.async(fn -> Depot.Index.find(words) end) # hazard BW211 BW212

    case Task.yield(task, 1_000) do
      {:ok, found} -> {:reply, {:ok, found}, state}
      nil -> {:reply, {:error, :timeout}, state}
    end
  end
end

defmodule Depot.Index do
  def find(words) do
    {:ok, {_, _, body}} = :httpc.request(~c"http://index.example/?q=#{words}")
    body
  end
end
