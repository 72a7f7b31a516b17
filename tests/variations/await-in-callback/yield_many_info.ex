defmodule Depot.Scan do
  use GenServer

  def start_link(hosts), do: GenServer.start_link(__MODULE__, %{hosts: hosts, up: []}, name: __MODULE__)
  def up, do: GenServer.call(__MODULE__, :up)

  @impl true
  def init(state) do
    :timer.send_interval(60_000, :scan)
    {:ok, state}
  end

  @impl true
  def handle_call(:up, _from, state), do: {:reply, state.up, state}

  @impl true
  def handle_info(:scan, state) do
    tasks = Enum.map(state.hosts, &Task.Supervisor.async_nolink(Depot.Tasks, fn -> probe(&1) end))

    up =
      tasks
      |> Task.yield_many(30_000) # hazard BW412 BW402
      |> Enum.flat_map(fn
        {_, {:ok, {:ok, host}}} -> [host]
        {task, nil} -> Task.shutdown(task, :brutal_kill) && []
        _ -> []
      end)

    {:noreply, %{state | up: up}}
  end

  defp probe(host) do
    case :gen_tcp.connect(host, 22, [], 20_000) do
      {:ok, socket} -> :gen_tcp.close(socket) && {:ok, host}
      {:error, _} -> :error
    end
  end
end
