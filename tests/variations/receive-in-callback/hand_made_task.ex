defmodule Depot.Reports do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def build(kind), do: GenServer.call(__MODULE__, {:build, kind}, :infinity)

  @impl true
  def init(_), do: {:ok, %{built: 0}}

  @impl true
  def handle_call({:build, kind}, _from, state) do
    result = kind |> in_own_process()
    {:reply, result, %{state | built: state.built + 1}}
  end

  defp in_own_process(kind) do
    server = self()
    {pid, ref} = spawn_monitor(fn -> send(server, {self(), Depot.Render.render(kind)}) end)

    receive do # hazard BW203 BW405
      {^pid, pages} -> {:ok, pages}
      {:DOWN, ^ref, :process, ^pid, reason} -> {:error, reason}
    end
  end
end

defmodule Depot.Render do
  def render(kind) do
    {:ok, {_, _, body}} = :httpc.request(~c"http://render.example/#{kind}")
    body
  end
end
