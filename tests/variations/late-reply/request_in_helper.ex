defmodule Depot.Crane do
  def lift(crane, load, timeout \\ 2_000) do
    {:ok, ref} = ask(crane, {:lift, load}, self()) # hazard

    receive do
      {:crane, ^ref, height} -> {:ok, height}
    after
      timeout -> {:error, :timeout}
    end
  end

  defp ask(crane, request, from) do
    ref = make_ref()
    send(crane, {:request, from, ref, request})
    {:ok, ref}
  end
end
