defmodule Gateway.Supervisor do
  use DynamicSupervisor

  def start_link(arg), do: DynamicSupervisor.start_link(__MODULE__, arg, name: __MODULE__)
  def connect(device), do: DynamicSupervisor.start_child(__MODULE__, {Gateway.Device, device})
  def init(_), do: DynamicSupervisor.init(strategy: :one_for_one) # hazard
end

defmodule Gateway.Device do
  use GenServer

  def start_link(device), do: GenServer.start_link(__MODULE__, device)

  def init(device), do: {:ok, %{device: device}, {:continue, :connect}}

  def handle_continue(:connect, %{device: device} = state) do
    {:ok, socket} = :gen_tcp.connect(device.host, 4001, [:binary, active: true])
    {:noreply, Map.put(state, :socket, socket)}
  end

  def handle_info({:tcp, _, _data}, state), do: {:noreply, state}
  def handle_info({:tcp_closed, _}, state), do: {:stop, :closed, state}
  def handle_info(_, state), do: {:noreply, state}
end
