defmodule Depot.Render do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{busy: 0}, name: __MODULE__)
  def page(path), do: GenServer.call(__MODULE__, {:page, path}, :infinity)

  @impl true
  def init(state), do: {:ok, state}

  @impl true
  def handle_call({:page, path}, from, state) do
    Task.Supervisor.start_child(Depot.Tasks, __MODULE__, :render, [path, from]) # hazard
    {:noreply, %{state | busy: state.busy + 1}}
  end

  def render(path, from) do
    html = path |> File.read!() |> EEx.eval_string([])
    GenServer.reply(from, {:ok, html})
  end
end
