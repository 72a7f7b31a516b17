defmodule Grid.Application do
  use Application

  def start(_type, _args) do
    children = [
      Grid.Index,
      Supervisor.child_spec({Grid.Cells, []}, restart: :temporary), # hazard
      Grid.Renderer
    ]

    Supervisor.start_link(children, strategy: :one_for_all, name: Grid.Supervisor)
  end
end

defmodule Grid.Index do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def init(state), do: {:ok, state}
end

defmodule Grid.Cells do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def init(state), do: {:ok, state}
  def handle_call({:cell, at}, _from, state), do: {:reply, List.keyfind(state, at, 0), state}
end

defmodule Grid.Renderer do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def init(state), do: {:ok, state}
  def handle_cast({:draw, at}, state) do
    IO.inspect(GenServer.call(Grid.Cells, {:cell, at}))
    {:noreply, state}
  end
end
