defmodule Depot.Group do
  @behaviour :gen_statem

  def start_link(sup), do: :gen_statem.start_link(__MODULE__, sup, [])

  @impl true
  def callback_mode, do: :handle_event_function

  @impl true
  def init(sup) do
    Process.flag(:trap_exit, true)
    {:ok, :running, %{sup: sup}}
  end

  @impl true
  def handle_event({:call, from}, :sup, _state, data), do: {:keep_state_and_data, [{:reply, from, data.sup}]}

  @impl true
  def terminate(_reason, _state, %{sup: sup}) do
    sup
    |> DynamicSupervisor.which_children() # hazard BW410 BW118
    |> Enum.each(fn {_, pid, _, _} -> DynamicSupervisor.terminate_child(sup, pid) end)
  end
end
