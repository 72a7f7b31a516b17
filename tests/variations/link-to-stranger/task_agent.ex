defmodule Import do
  def run(files) do
    Task.Supervisor.start_child(Import.Tasks, fn ->
      {:ok, seen} = Agent.start_link(fn -> MapSet.new() end) # hazard

      Enum.each(files, fn file ->
        for line <- File.stream!(file), do: Agent.update(seen, &MapSet.put(&1, line))
      end)

      Import.Repo.insert_all("lines", Agent.get(seen, &MapSet.to_list/1))
    end)
  end
end
