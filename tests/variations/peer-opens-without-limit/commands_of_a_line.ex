defmodule Line.Session do
  use GenServer, restart: :temporary
  def start_link(s), do: GenServer.start_link(__MODULE__, s)
  def init(s), do: {:ok, %{socket: s, jobs: %{}}}

  def handle_info({:tcp, _socket, line}, state) do
    line |> String.trim() |> String.split(" ") |> command(state)
  end
  def handle_info({:tcp_closed, _}, state), do: {:stop, :normal, state}
  def handle_info({:DOWN, ref, _, _, _}, state), do: {:noreply, %{state | jobs: Map.delete(state.jobs, ref)}}

  defp command(["OPEN", id | args], state) do
    with nil <- state.jobs[id],
         {:ok, pid} <- Task.Supervisor.start_child(Line.Jobs, Line.Job, :run, [args]) do # hazard
      {:noreply, update_in(state.jobs, &Map.put(&1, id, pid))}
    else
      _ -> {:noreply, state}
    end
  end
  defp command(["CLOSE", id], state), do: {:noreply, %{state | jobs: Map.delete(state.jobs, id)}}
end
