defmodule DepotWeb.Router do
  use Plug.Router

  plug :match
  plug :dispatch

  post "/scan/:code" do
    Depot.Scanner.scan(code)
    send_resp(conn, 202, "")
  end
end

defmodule Depot.Scanner do
  use GenServer

  @name {:global, __MODULE__}

  def start_link(options), do: GenServer.start_link(__MODULE__, options, name: @name)

  def scan(code), do: @name |> GenServer.cast({:scan, code}) # hazard

  @impl true
  def init(options), do: {:ok, Map.new(options)}

  @impl true
  def handle_cast({:scan, code}, state) do
    with {:ok, %{status: 200, body: body}} <- Req.get("http://codes.example/#{code}") do
      {:noreply, Map.put(state, code, body)}
    else
      _ -> {:noreply, state}
    end
  end
end
