defmodule Shop.Notify.Application do
  @moduledoc "Starts everything that tells the world about our orders."

  use Application

  @impl true
  def start(_type, _args) do
    children = [
      {Task.Supervisor, name: Shop.Notify.Tasks},
      Shop.Notify.Mailer,
      Shop.Notify.Webhooks
    ]

    Supervisor.start_link(children, strategy: :one_for_one, name: Shop.Notify.Supervisor)
  end
end
