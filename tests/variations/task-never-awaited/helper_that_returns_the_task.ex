defmodule Depot.Async do
  def run(fun), do: Task.async(fun)
end

defmodule DepotWeb.SignupController do
  use Phoenix.Controller

  def create(conn, %{"mail" => mail}) do
    with :ok <- Depot.Accounts.create(mail) do
      Depot.Async.run(fn -> Depot.Mail.welcome(mail) end) # hazard
      json(conn, %{created: mail})
    end
  end
end
