defmodule Depot.Geocoder do
  use GenServer
  alias Depot.Http

  def start_link(opts) do
    {name, opts} = Keyword.pop(opts, :name, __MODULE__)
    GenServer.start_link(__MODULE__, opts, name: name)
  end

  def locate(address), do: GenServer.call(__MODULE__, {:locate, address})

  @impl true
  def init(opts), do: {:ok, %{key: opts[:key], cache: %{}}}

  @impl true
  def handle_call({:locate, address}, _from, state) do
    with {:ok, body} <- Http.fetch("https://maps.example/geocode?q=" <> URI.encode(address)), # hazard
         {:ok, point} <- Jason.decode(body) do
      {:reply, {:ok, point}, put_in(state.cache[address], point)}
    else
      error -> {:reply, error, state}
    end
  end
end

defmodule Depot.Http do
  def fetch(url) do
    :get
    |> Finch.build(url)
    |> Finch.request(Depot.Finch)
    |> case do
      {:ok, %{status: 200, body: body}} -> {:ok, body}
      {:ok, other} -> {:error, other}
      {:error, reason} -> {:error, reason}
    end
  end
end
