defmodule Depot.Secure do
  use GenServer

  def start_link(socket), do: GenServer.start_link(__MODULE__, socket)

  @impl true
  def init(socket), do: {:ok, socket, {:continue, :open}}

  @impl true
  def handle_continue(:open, socket) do
    mode = [mode: :binary, active: true]
    :ok = :ssl.setopts(socket, mode) # hazard
    {:noreply, socket}
  end

  @impl true
  def handle_info({:ssl, socket, data}, socket) do
    Depot.Repo.insert!(%Depot.Frame{data: data})
    {:noreply, socket}
  end

  def handle_info({:ssl_closed, socket}, socket), do: {:stop, :normal, socket}
  def handle_info({:ssl_error, socket, reason}, socket), do: {:stop, reason, socket}
end
