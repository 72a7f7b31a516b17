for name <- [Shop.Cart, Shop.Mail, Shop.Sms] do
  defmodule name do
    use Agent
    def start_link(_), do: Agent.start_link(fn -> 0 end, name: __MODULE__)
  end
end

defmodule Lab.Supervision.IgnoredOption do
  use Lab.Experiment,
    measures: "crashes of Shop.Cart, of twenty at once, before its supervisor gives up",
    unit: "crashes",
    holds: "hazard <= 5 and fix == 20"

  def run(_variant) do
    {:ok, _} = start_apart(fn -> Shop.Supervisor.start_link([]) end)
    Enum.find(0..19, 20, fn _ -> kill_and_wait(Shop.Cart) == nil end)
  end
end
