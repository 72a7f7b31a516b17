defmodule Gate.Reader do
  @moduledoc "A card reader at a serial line, by way of a program; whoever asks gets the next card."
  use GenServer

  def start_link(options), do: GenServer.start_link(__MODULE__, options)

  # hazard
  def next_card(reader), do: GenServer.call(reader, :next_card)

  @impl true
  def init(options) do
    port = Port.open({:spawn_executable, options[:program]}, [:binary, {:line, 80}])
    {:ok, %{port: port, askers: :queue.new()}}
  end

  @impl true
  def handle_call(:next_card, from, state) do
    Port.command(state.port, "next\n")
    {:noreply, %{state | askers: :queue.in(from, state.askers)}}
  end

  @impl true
  def handle_info({port, {:data, {:eol, card}}}, %{port: port} = state), do: {:noreply, hand_out(card, state)}
  def handle_info(_other, state), do: {:noreply, state}

  defp hand_out(card, state) do
    case :queue.out(state.askers) do
      {{:value, from}, rest} ->
        GenServer.reply(from, {:ok, card})
        %{state | askers: rest}

      {:empty, _} ->
        state
    end
  end
end
