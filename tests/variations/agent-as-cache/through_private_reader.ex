defmodule Depot.Plans do
  use Agent

  alias __MODULE__, as: Plans

  def start_link(path), do: Agent.start_link(fn -> path |> File.read!() |> Jason.decode!() end, name: Plans)

  def price(plan), do: read(& &1["plans"][plan]["price"])
  def limits(plan), do: read(& &1["plans"][plan]["limits"])

  defp read(fun), do: Agent.get(Plans, fun) # hazard
end

defmodule DepotWeb.PlanChannel do
  use Phoenix.Channel

  def join("plans", _, socket), do: {:ok, socket}

  def handle_in("price", %{"plan" => plan}, socket), do: {:reply, {:ok, %{price: Depot.Plans.price(plan)}}, socket}
  def handle_in("limits", %{"plan" => plan}, socket), do: {:reply, {:ok, Depot.Plans.limits(plan)}, socket}
end
