defmodule Geocode.Client do
  def locate(address) do
    {:ok, %{status: 200, body: body}} = Req.get("https://geo.example.com", params: [q: address]) # hazard
    body["lat"]
  end
end

defmodule Geocode.Server do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, %{}, name: __MODULE__)
  def locate(address), do: GenServer.call(__MODULE__, {:locate, address}, 20_000)
  def init(cache), do: {:ok, cache}

  def handle_call({:locate, address}, _from, cache) do
    cache = Map.put_new_lazy(cache, address, fn -> Geocode.Client.locate(address) end)
    {:reply, cache[address], cache}
  end
end
