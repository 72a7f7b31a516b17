defmodule Meter do
  def reset(name), do: name |> via() |> GenServer.call({:reset, :all})
  def read(name), do: name |> via() |> GenServer.call(:read)
  defp via(name), do: {:via, Registry, {Meter.Names, name}}
end

defmodule Meter.Server do
  use GenServer

  def start_link(name), do: GenServer.start_link(__MODULE__, 0, name: {:via, Registry, {Meter.Names, name}})
  def init(value), do: {:ok, value}

  def handle_call(:read, _from, value), do: {:reply, value, value} # hazard
  def handle_call(:reset, _from, _value), do: {:reply, :ok, 0}
end
