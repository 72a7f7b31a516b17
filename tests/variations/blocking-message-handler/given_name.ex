defmodule Meter.Feed do
  @moduledoc "One feed for each meter, by a name that the starter makes."
  use GenServer

  def start_link(options), do: GenServer.start_link(__MODULE__, options, name: name(options[:meter]))
  def latest(meter), do: GenServer.call(name(meter), :latest)
  def name(meter), do: :"#{__MODULE__}.#{meter}"

  @impl true
  def init(options) do
    send(self(), :fetch)
    {:ok, %{url: options[:url], value: nil, read: 0}}
  end

  @impl true
  def handle_info(:fetch, state) do
    Process.send_after(self(), :fetch, 10_000)
    # hazard
    %{body: body} = HTTPoison.get!(state.url, [], recv_timeout: 20_000)
    {:noreply, %{state | value: body}}
  end

  @impl true
  def handle_call(:latest, _from, state), do: {:reply, state.value, %{state | read: state.read + 1}}
end
