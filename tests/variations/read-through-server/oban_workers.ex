defmodule Depot.Templates do
  use GenServer

  require Logger

  def start_link(options) do
    name = Keyword.get(options, :name, __MODULE__)
    GenServer.start_link(__MODULE__, options, name: name)
  end

  def template(server \\ __MODULE__, key) do
    GenServer.call(server, {:template, key})
  end

  @impl true
  def init(options), do: {:ok, Map.new(options), {:continue, :compile}}

  @impl true
  def handle_continue(:compile, state) do
    {:noreply, Map.put(state, :templates, Depot.Files.templates())}
  end

  @impl true
  def handle_call({:template, key}, _from, state) when is_atom(key) do # hazard
    template = state |> Map.fetch!(:templates) |> Map.get(key)
    if is_nil(template), do: Logger.warning("no template #{key}")
    {:reply, template, state}
  end
end

defmodule Depot.Mailer do
  use Oban.Worker, queue: :mail

  @impl Oban.Worker
  def perform(%Oban.Job{args: %{"to" => to}}) do
    :welcome |> Depot.Templates.template() |> Depot.Post.deliver(to)
  end
end

defmodule Depot.Reminder do
  use Oban.Worker, queue: :mail

  @impl Oban.Worker
  def perform(%Oban.Job{args: %{"to" => to}}) do
    Depot.Post.deliver(Depot.Templates.template(:reminder), to)
  end
end

defmodule DepotWeb.PreviewController do
  use Phoenix.Controller

  def show(conn, _params), do: text(conn, Depot.Templates.template(:welcome))
end
