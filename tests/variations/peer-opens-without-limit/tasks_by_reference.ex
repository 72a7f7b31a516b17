defmodule Desk.Socket do
  @behaviour WebSock

  def init(_), do: {:ok, %{running: %{}}}

  def handle_in({text, opcode: :text}, state) do
    %{"id" => id, "query" => query} = JSON.decode!(text)
    task = Task.Supervisor.async_nolink(Desk.Tasks, Desk.Query, :run, [query]) # hazard
    {:ok, %{state | running: Map.put(state.running, task.ref, id)}}
  end

  def handle_info({ref, answer}, state) when is_reference(ref) do
    {id, running} = Map.pop(state.running, ref)
    {:push, {:text, JSON.encode!(%{id: id, answer: answer})}, %{state | running: running}}
  end

  def handle_info({:DOWN, ref, _, _, _}, state), do: {:ok, %{state | running: Map.delete(state.running, ref)}}
  def terminate(_, _), do: :ok
end
