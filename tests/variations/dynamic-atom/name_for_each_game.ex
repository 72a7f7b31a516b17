defmodule Arcade.Table do
  use GenServer

  def open(game_id), do: DynamicSupervisor.start_child(Arcade.Tables, {__MODULE__, game_id})

  def start_link(game_id), do: GenServer.start_link(__MODULE__, game_id, name: name(game_id))

  def move(game_id, move), do: GenServer.call(name(game_id), {:move, move})

  defp name(game_id), do: :"arcade_table_#{game_id}" # hazard

  @impl true
  def init(game_id), do: {:ok, %{game: game_id, moves: []}}

  @impl true
  def handle_call({:move, move}, _from, state), do: {:reply, :ok, %{state | moves: Enum.take([move | state.moves], 200)}}
end
