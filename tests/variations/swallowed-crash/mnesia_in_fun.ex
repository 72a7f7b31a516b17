defmodule Directory.Store do
  def rename(old, new) do
    :mnesia.transaction(fn ->
      move(old, new)
    end)
  end

  defp move(old, new) do
    try do
      [{:person, ^old, data}] = :mnesia.read(:person, old, :write)
      :ok = :mnesia.delete({:person, old})
      :ok = :mnesia.write({:person, new, data})
      :renamed
    catch
      _, _ -> :not_found # hazard
    end
  end
end
