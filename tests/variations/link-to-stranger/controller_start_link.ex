defmodule PreviewWeb.PreviewController do
  use Phoenix.Controller

  def show(conn, %{"id" => id}) do
    {:ok, renderer} = Preview.Renderer.start_link(id) # hazard
    html = Preview.Renderer.render(renderer)
    html(conn, html)
  end
end

defmodule Preview.Renderer do
  use GenServer
  def start_link(id), do: GenServer.start_link(__MODULE__, id)
  def render(pid), do: GenServer.call(pid, :render)
  def init(id), do: {:ok, id}
  def handle_call(:render, _from, id), do: {:reply, "<p>#{id}</p>", id}
end
