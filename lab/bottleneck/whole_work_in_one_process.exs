defmodule Phoenix.Controller do
  defmacro __using__(_), do: quote(do: import(Phoenix.Controller))
  def json(_conn, value), do: value
end

defmodule Lab.Bottleneck.WholeWorkInOneProcess do
  use Lab.Experiment,
    measures: "most requests that stand in the server's mailbox while thirty pack a text of a megabyte each",
    unit: "requests",
    holds: "hazard >= 10 and fix == 0"

  def run(variant) do
    if variant == :hazard, do: {:ok, _} = Shop.Receipts.start_link([])
    text = :binary.copy(:crypto.strong_rand_bytes(1_000), 1_000)
    requests = for _ <- 1..30, do: Task.async(fn -> ShopWeb.ReceiptController.create(nil, %{"text" => text}) end)
    longest_queue(requests, 0)
  end

  # The longest that the server's queue gets until all requests are answered; where there is no server there is no queue.
  defp longest_queue([], longest), do: longest

  defp longest_queue(requests, longest) do
    answered = for {task, {:ok, _}} <- Task.yield_many(requests, 1), do: task
    queue = if alive?(Shop.Receipts), do: mailbox(Shop.Receipts), else: 0
    longest_queue(requests -- answered, max(longest, queue))
  end
end
