defmodule Depot.Worker do
  defmacro __using__(_opts) do
    quote do
      use GenServer

      def start_link(arg), do: GenServer.start_link(__MODULE__, arg, name: __MODULE__)
      def perform(job), do: GenServer.call(__MODULE__, {:perform, job})

      @impl true
      def init(arg), do: {:ok, arg}

      @impl true
      def handle_call({:perform, job}, _from, state), do: {:reply, work(job), state}
    end
  end
end

defmodule Depot.Thumbnails do
  use Depot.Worker

  def work(%{source: source, target: target}) do
    {_, 0} = System.cmd("convert", [source, "-resize", "200x200", target]) # hazard
    :ok
  end
end
