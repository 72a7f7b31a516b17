defmodule HTTPoison do
  def get!(_url) do
    Process.sleep(300)
    %{body: [letter: 1]}
  end
end

defmodule Lab.Blocking.CallInInit do
  use Lab.Experiment,
    measures: "time that the start of both servers takes, where the other service takes 300 ms",
    unit: "ms",
    holds: "hazard >= 300 and hazard >= 4 * fix"

  def run(_variant), do: milliseconds(fn -> {:ok, _} = Supervisor.start_link([Shop.Tariffs, Shop.Postage], strategy: :one_for_one) end)
end
