defmodule Depot.Uploader do
  use GenServer

  def start_link(id), do: GenServer.start_link(__MODULE__, id)

  @impl true
  def init(id), do: {:ok, %{id: id}, {:continue, :upload}}

  @impl true
  def handle_continue(:upload, state), do: {:noreply, upload(state)}

  @impl true
  def handle_info(:again, state), do: {:noreply, upload(state)}

  defp upload(state) do
    GenServer.call(Depot.Store, {:put, state.id}, 1_000)
    state
  catch
    :exit, {:timeout, _} ->
      Process.send_after(self(), :again, 100) # hazard
      state
  end
end

defmodule Depot.Store do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_), do: {:ok, %{}}

  @impl true
  def handle_call({:put, id}, _from, state) do
    {:ok, _} = Req.put("http://store.example/#{id}")
    {:reply, :ok, state}
  end
end
