defmodule Device.Base do
  defmacro __using__(_) do
    quote do
      use GenServer

      def start_link(arg), do: GenServer.start_link(__MODULE__, arg, name: __MODULE__)
      def init(arg), do: {:ok, arg}

      def terminate(_reason, state), do: save(state)
    end
  end
end

defmodule Device.Lamp do
  use Device.Base

  def handle_cast({:dim, level}, state), do: {:noreply, Keyword.put(state, :level, level)}

  def save(state), do: File.write!("/data/lamp.state", :erlang.term_to_binary(state)) # hazard
end

defmodule Device.Application do
  use Application
  def start(_, _), do: Supervisor.start_link([{Device.Lamp, []}], strategy: :one_for_one)
end
