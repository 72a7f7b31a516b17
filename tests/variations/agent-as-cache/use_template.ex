defmodule Depot.StaticList do
  defmacro __using__(opts) do
    file = Keyword.fetch!(opts, :file)

    quote do
      use Agent

      def start_link(_), do: Agent.start_link(fn -> unquote(file) |> File.read!() |> String.split("\n") end, name: __MODULE__)

      def member?(value), do: Agent.get(__MODULE__, fn list -> value in list end) # hazard
    end
  end
end

defmodule Depot.Countries do
  use Depot.StaticList, file: "countries.txt"
end

defmodule DepotWeb.AddressController do
  use Phoenix.Controller

  def create(conn, %{"country" => country}) do
    if Depot.Countries.member?(country), do: json(conn, :ok), else: send_resp(conn, 422, "")
  end
end
