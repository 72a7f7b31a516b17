defmodule Order.Flow do
  @behaviour :gen_statem

  def child_spec(id), do: %{id: {__MODULE__, id}, start: {__MODULE__, :start_link, [id]}, restart: :permanent}

  def start(id), do: DynamicSupervisor.start_child(Order.Flows, child_spec(id))
  def start_link(id), do: :gen_statem.start_link(__MODULE__, id, [])

  def callback_mode, do: :state_functions
  def init(id), do: {:ok, :waiting, %{id: id}, [{:state_timeout, 60_000, :expired}]}

  def waiting(:cast, :paid, data), do: {:next_state, :packing, data}
  def waiting(:state_timeout, :expired, _data), do: {:stop, :normal} # hazard

  def packing(:cast, :sent, _data), do: :stop
end

defmodule Order.Application do
  use Application

  def start(_, _) do
    Supervisor.start_link([{DynamicSupervisor, name: Order.Flows}], strategy: :one_for_one)
  end
end
