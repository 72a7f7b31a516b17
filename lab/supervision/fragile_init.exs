defmodule Lab.Supervision.FragileInit do
  use Lab.Experiment,
    measures: "of three starts while the service is away for half a second, those that end the application",
    unit: "starts",
    holds: "hazard == 3 and fix == 0"

  def run(_variant) do
    service = Lab.Net.web(0, "bread")
    count(3, fn -> ends?(service) end)
  end

  defp ends?(service) do
    proxy(1)
    started = start_apart(fn -> Shop.Application.start(:normal, []) end)
    Process.sleep(500)
    proxy(service)
    loaded = fn -> catching(fn -> :sys.get_state(Shop.Catalogue) end) == ~c"bread" end
    ends = not eventually(600, loaded)
    with {:ok, tree} <- started, do: catching(fn -> Supervisor.stop(tree) end)
    ends
  end

  # At port 1 nobody listens.
  defp proxy(port), do: :httpc.set_options(proxy: {{~c"127.0.0.1", port}, []})
end
