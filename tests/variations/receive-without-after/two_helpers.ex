defmodule Depot.Line do
  def ask(line, question) do
    line
    |> post(question)
    |> answer()
  end

  defp post(line, question) do
    ref = make_ref()
    send(line, {:ask, {self(), ref}, question})
    ref
  end

  defp answer(ref) do
    receive do # hazard
      {:answer, ^ref, text} -> {:ok, text}
      {:refused, ^ref} -> {:error, :refused}
    end
  end
end
