defmodule Depot.Importer do
  use GenServer

  defstruct imported: 0

  def start_link(_), do: GenServer.start_link(__MODULE__, %__MODULE__{}, name: __MODULE__)

  def parse(body, format), do: GenServer.call(__MODULE__, {:parse, body, format}, :infinity)

  @impl true
  def init(state), do: {:ok, state}

  @impl true
  def handle_call({:parse, body, format}, _from, state) do
    rows = # hazard
      case format do
        :csv -> NimbleCSV.RFC4180.parse_string(body)
        :json -> Jason.decode!(body)
        :xml -> SweetXml.parse(body)
      end

    {:reply, rows, %{state | imported: state.imported + 1}}
  end
end

defmodule DepotWeb.ImportController do
  use Phoenix.Controller

  def create(conn, %{"body" => body}), do: json(conn, Depot.Importer.parse(body, :csv))
end
