defmodule Phoenix.Controller do
  defmacro __using__(_), do: quote(do: import(Phoenix.Controller))
  def json(_conn, value), do: value
end

defmodule Lab.Mailbox.UnboundedCast do
  use Lab.Experiment,
    measures: "messages in the mailer's mailbox when forty requests of four clients are done, where one mail takes 20 ms",
    unit: "messages",
    holds: "hazard >= 20 and hazard >= 4 * fix"

  def run(_variant) do
    Lab.Net.web(20)
    {:ok, _} = Task.Supervisor.start_link(name: Shop.Tasks)
    {:ok, _} = Shop.Mailer.start_link([])
    request = fn -> ShopWeb.OrderController.create(nil, %{"mail" => ~c"jane"}) end
    together(for _ <- 1..4, do: fn -> for(_ <- 1..10, do: request.()) end)
    mailbox(Shop.Mailer)
  end
end
