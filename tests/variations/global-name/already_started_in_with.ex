defmodule Depot.Singleton do
  use GenServer

  def start_link(options) do
    with {:error, {:already_started, pid}} <- GenServer.start_link(__MODULE__, options, name: {:global, __MODULE__}) do
      {:ok, pid} # hazard
    end
  end

  @impl true
  def init(options), do: {:ok, options}
end
