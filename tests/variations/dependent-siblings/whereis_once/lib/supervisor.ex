defmodule Radio.Supervisor do
  use Supervisor

  def start_link(arg), do: Supervisor.start_link(__MODULE__, arg, name: __MODULE__)

  def init(_) do
    Supervisor.init([Radio.Mixer, Radio.Source], strategy: :one_for_one)
  end
end
