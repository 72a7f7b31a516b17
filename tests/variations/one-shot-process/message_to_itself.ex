defmodule Depot.Thumbnails do
  use GenServer

  def start(upload), do: DynamicSupervisor.start_child(Depot.Uploads, {__MODULE__, upload})
  def start_link(upload), do: GenServer.start_link(__MODULE__, upload)

  @impl true
  def init(upload) do
    send(self(), :make)
    {:ok, %{upload: upload}}
  end

  @impl true
  def handle_info(:make, %{upload: upload} = state) do
    image = File.read!(upload.path)
    File.write!(upload.path <> ".small", Depot.Image.shrink(image)) # hazard
    {:noreply, state}
  end
end
