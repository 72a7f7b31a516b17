defmodule Rooms.Supervisor do
  use DynamicSupervisor

  def start_link(arg), do: DynamicSupervisor.start_link(__MODULE__, arg, name: __MODULE__)

  @impl true
  def init(_arg) do
    options = [strategy: :simple_one_for_one, max_children: 500]
    DynamicSupervisor.init(options) # hazard
  end
end
