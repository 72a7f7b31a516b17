defmodule Vault.Box do
  @moduledoc "Documents behind a driver that is chosen when the box is opened."
  use GenServer

  def start_link(options), do: GenServer.start_link(__MODULE__, options, name: __MODULE__)

  # hazard
  def fetch(id), do: GenServer.call(__MODULE__, {:fetch, id})
  def store(id, document), do: GenServer.call(__MODULE__, {:store, id, document})
  def erase(id), do: GenServer.call(__MODULE__, {:erase, id})

  @impl true
  def init(options), do: {:ok, %{driver: options[:driver], bucket: options[:bucket]}}

  @impl true
  def handle_call({:fetch, id}, _from, state), do: {:reply, state.driver.fetch(state.bucket, id), state}
  def handle_call({:store, id, document}, _from, state), do: {:reply, state.driver.store(state.bucket, id, document), state}
  def handle_call({:erase, id}, _from, state), do: {:reply, state.driver.erase(state.bucket, id), state}
end

defmodule Vault.Driver.Memory do
  def fetch(bucket, id), do: :ets.lookup(bucket, id)
  def store(bucket, id, document), do: :ets.insert(bucket, {id, document})
  def erase(bucket, id), do: :ets.delete(bucket, id)
end

defmodule Vault.Driver.Remote do
  def fetch(bucket, id), do: HTTPoison.get(address(bucket, id), [], recv_timeout: 60_000)
  def store(bucket, id, document), do: HTTPoison.put(address(bucket, id), document, [], recv_timeout: 60_000)
  def erase(bucket, id), do: HTTPoison.delete(address(bucket, id))

  defp address(bucket, id), do: "https://" <> bucket <> ".example/" <> id
end
