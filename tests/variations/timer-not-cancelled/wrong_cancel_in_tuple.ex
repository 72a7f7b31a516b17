defmodule Depot.Alarm do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def arm(delay), do: GenServer.call(__MODULE__, {:arm, delay})
  def disarm, do: GenServer.call(__MODULE__, :disarm)

  @impl true
  def init(_), do: {:ok, :idle}

  @impl true
  def handle_call({:arm, delay}, _from, :idle) do
    {:ok, timer} = :timer.send_after(delay, :ring)
    {:reply, :ok, {:armed, timer}}
  end

  def handle_call(:disarm, _from, {:armed, timer}) do
    left = Process.cancel_timer(timer) # hazard
    {:reply, left, :idle}
  end

  @impl true
  def handle_info(:ring, _state) do
    Depot.Bell.ring()
    {:noreply, :idle}
  end
end

defmodule Depot.Bell do
  def ring, do: File.write!("/dev/bell", "1")
end
