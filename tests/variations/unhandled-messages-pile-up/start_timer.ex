defmodule Depot.Window do
  def start(size), do: spawn(fn -> arm(%{size: size, hits: 0}) end)

  defp arm(state) do
    :erlang.start_timer(1_000, self(), :reset)
    loop(state)
  end

  defp loop(%{hits: hits} = state) do
    receive do # hazard
      :reset -> arm(%{state | hits: 0})
      {:hit, from} when hits < state.size -> answer(from, :ok, state)
      {:hit, from} -> answer(from, :full, state)
    end
  end

  defp answer(from, word, state) do
    send(from, word)
    loop(%{state | hits: state.hits + 1})
  end
end
