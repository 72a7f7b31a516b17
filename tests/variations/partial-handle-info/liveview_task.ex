defmodule ShopWeb.SearchLive do
  use Phoenix.LiveView

  def mount(_params, _session, socket) do
    if connected?(socket), do: :timer.send_interval(30_000, self(), :refresh)
    {:ok, assign(socket, results: [], task: nil)}
  end

  def handle_event("search", %{"q" => q}, socket) do
    task = Task.Supervisor.async_nolink(Shop.Tasks, fn -> Shop.Search.find(q) end)
    {:noreply, assign(socket, task: task.ref)}
  end

  def handle_info(:refresh, socket), do: {:noreply, socket}

  def handle_info({ref, results}, %{assigns: %{task: ref}} = socket) do # hazard
    {:noreply, assign(socket, results: results)}
  end
end
