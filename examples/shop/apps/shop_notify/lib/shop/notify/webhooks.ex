defmodule Shop.Notify.Webhooks do
  @moduledoc """
  Tells partners what happens in the shop. A partner registers an address; every event is posted there.
  A new address is tried out first, beside the deliveries.
  """

  use GenServer

  require Logger

  alias Shop.Notify.Delivery

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "Posts an event to all partners."
  @spec publish(String.t(), map()) :: :ok
  def publish(event, data), do: GenServer.cast(__MODULE__, {:publish, event, data})

  @doc "Adds a partner's address once it has answered a test event."
  @spec register(String.t()) :: :ok
  def register(url), do: GenServer.cast(__MODULE__, {:register, url})

  @spec partners() :: [String.t()]
  def partners, do: GenServer.call(__MODULE__, :partners)

  @impl true
  def init(_opts), do: {:ok, %{partners: MapSet.new()}}

  @impl true
  def handle_call(:partners, _from, state), do: {:reply, Enum.sort(state.partners), state}

  @impl true
  def handle_cast({:publish, event, data}, state) do
    Enum.each(state.partners, fn url -> Delivery.deliver(url, event, data) end)
    {:noreply, state}
  end

  def handle_cast({:register, url}, state) do
    Task.Supervisor.async_nolink(Shop.Notify.Tasks, fn -> {Delivery.try_out(url), url} end)
    {:noreply, state}
  end

  @impl true
  def handle_info({_ref, {:ok, url}}, state) do
    Logger.info("new webhook partner #{url}")
    {:noreply, %{state | partners: MapSet.put(state.partners, url)}}
  end

  def handle_info({_ref, {{:error, reason}, url}}, state) do
    Logger.info("webhook partner #{url} did not answer: #{inspect(reason)}")
    {:noreply, state}
  end

  def handle_info({:DOWN, _ref, :process, _pid, :normal}, state), do: {:noreply, state}
end
