defmodule Depot.Devices do
  use DynamicSupervisor

  def start_link(_), do: DynamicSupervisor.start_link(__MODULE__, :ok, name: __MODULE__)

  def add(serial), do: DynamicSupervisor.start_child(__MODULE__, {Depot.Device, serial})

  @impl true
  def init(:ok), do: DynamicSupervisor.init(strategy: :one_for_one)

  def lookup(serial) do
    children = DynamicSupervisor.which_children(__MODULE__) # hazard

    Enum.reduce_while(children, nil, fn {_, pid, _, _}, acc ->
      case :sys.get_state(pid) do
        %{serial: ^serial} -> {:halt, pid}
        _ -> {:cont, acc}
      end
    end)
  end
end

defmodule Depot.Device do
  use GenServer

  def start_link(serial), do: GenServer.start_link(__MODULE__, serial)

  @impl true
  def init(serial), do: {:ok, %{serial: serial, last: nil}}

  @impl true
  def handle_cast({:measured, value}, state), do: {:noreply, %{state | last: value}}
end

defmodule DepotWeb.MeasureController do
  use Phoenix.Controller

  def create(conn, %{"serial" => serial, "value" => value}) do
    serial |> Depot.Devices.lookup() |> GenServer.cast({:measured, value})
    send_resp(conn, 204, "")
  end
end
