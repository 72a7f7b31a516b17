defmodule Scrape.Application do
  use Application

  def start(_, _) do
    children = [{DynamicSupervisor, strategy: :one_for_one, name: Scrape.Workers}] # hazard
    Supervisor.start_link(children, strategy: :one_for_one)
  end
end

defmodule Scrape do
  def watch(url) do
    DynamicSupervisor.start_child(Scrape.Workers, {Scrape.Watcher, url})
  end
end

defmodule Scrape.Watcher do
  use GenServer

  def start_link(url), do: GenServer.start_link(__MODULE__, url)

  def init(url) do
    :timer.send_interval(5_000, :poll)
    {:ok, url}
  end

  def handle_info(:poll, url) do
    %{status: 200, body: body} = Req.get!("https://proxy.example.com/", params: [url: url])
    {:ok, _} = Scrape.Repo.insert(%{url: url, body: body})
    {:noreply, url}
  end
end
