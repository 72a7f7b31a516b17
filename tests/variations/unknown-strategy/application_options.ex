defmodule Site.Application do
  use Application

  def start(_type, _args) do
    Supervisor.start_link(children(), opts())
  end

  defp children, do: [{Task.Supervisor, name: Site.Tasks}, Site.Counter]

  defp opts do
    [name: Site.Supervisor]
    |> Keyword.put(:strategy, :one_by_one) # hazard
  end
end

defmodule Site.Counter do
  use Agent
  def start_link(_), do: Agent.start_link(fn -> 0 end, name: __MODULE__)
end
