defmodule Depot.Storage do
  def store!(path, body) do
    ExAws.S3.put_object("depot", path, body) |> ExAws.request!()
  rescue
    error ->
      IO.warn(inspect(error))
      Process.sleep(1_000)
      store!(path, body) # hazard
  end
end

defmodule Depot.UploadController do
  use Phoenix.Controller

  def create(conn, %{"path" => path, "body" => body}) do
    Depot.Storage.store!(path, body)
    json(conn, %{ok: true})
  end
end
