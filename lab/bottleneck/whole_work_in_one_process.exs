defmodule Phoenix.Controller do
  defmacro __using__(_), do: quote(do: import(Phoenix.Controller))
  def json(_conn, value), do: value
end

defmodule Lab.Bottleneck.WholeWorkInOneProcess do
  use Lab.Experiment,
    measures: "wait of one who asks the server something else, while thirty requests derive a key each",
    unit: "ms",
    note: "and thirty keys take one core in the server, all cores in the callers",
    holds: "hazard >= 40 and hazard >= 4 * fix"

  def run(_variant) do
    {:ok, _} = Shop.Tokens.start_link("secret")
    key = fn -> ShopWeb.SessionController.create(nil, %{"password" => "pw", "salt" => "salt"}) end
    requests = for _ <- 1..30, do: Task.async(key)
    Process.sleep(10)
    wait = waited(10_000, &Shop.Tokens.ready?/0)
    Task.await_many(requests, 60_000)
    wait
  end
end
