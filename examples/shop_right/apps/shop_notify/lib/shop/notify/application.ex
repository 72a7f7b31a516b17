defmodule Shop.Notify.Application do
  @moduledoc "Starts everything that tells the world about our orders."

  use Application

  @impl true
  def start(_type, _args) do
    # Mailer and webhooks know the tasks they started: without the task supervisor they begin anew.
    children = [
      {Task.Supervisor, name: Shop.Notify.Tasks},
      Shop.Notify.Mailer,
      Shop.Notify.Webhooks
    ]

    Supervisor.start_link(children,
      strategy: :rest_for_one,
      max_restarts: 10,
      max_seconds: 60,
      name: Shop.Notify.Supervisor
    )
  end
end
