defmodule Depot.Jobs do
  def start_link(_), do: Task.Supervisor.start_link(name: __MODULE__)

  def run(name, fun) do
    Task.Supervisor.start_child(__MODULE__, fn ->
      Process.put(:job, name)
      fun.()
    end)
  end

  def running?(name) do
    __MODULE__
    |> Task.Supervisor.children() # hazard
    |> Enum.any?(fn pid ->
      with {:dictionary, dictionary} <- Process.info(pid, :dictionary), do: dictionary[:job] == name
    end)
  end
end

defmodule DepotWeb.JobController do
  use Phoenix.Controller

  def create(conn, %{"name" => name}) do
    if Depot.Jobs.running?(name) do
      send_resp(conn, 409, "")
    else
      Depot.Jobs.run(name, fn -> Depot.Work.run(name) end)
      send_resp(conn, 202, "")
    end
  end
end
