defmodule Feed.Importer do
  use Task, restart: :permanent

  def start_link(source), do: Task.start_link(__MODULE__, :run, [source])

  def run(source) do
    try do
      source |> Feed.Source.next() |> Enum.each(&store/1)
    catch
      _, _ -> nil # hazard
    end

    run(source)
  end

  defp store(%{id: id, body: body}) do
    Feed.Repo.insert!(%{id: id, body: String.trim(body)})
  end
end
