defmodule Shop.Reports.Exporter do
  @moduledoc "Writes the day's sales figures to a file that the accountants' system collects."

  use GenServer

  alias Shop.Reports.Sales

  @every_ms :timer.hours(24)

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "Writes today's file now; returns its path."
  @spec export() :: Path.t()
  def export, do: GenServer.call(__MODULE__, :export, :infinity)

  @impl true
  def init(_opts) do
    Process.send_after(self(), :export, @every_ms)
    {:ok, %{}}
  end

  @impl true
  def handle_call(:export, _from, state), do: {:reply, write(Date.utc_today()), state}

  @impl true
  def handle_info(:export, state) do
    write(Date.utc_today())
    Process.send_after(self(), :export, @every_ms)
    {:noreply, state}
  end

  defp write(day) do
    path = Path.join(Application.get_env(:shop_core, :data_dir, "data"), "sales-#{day}.csv")

    rows = for {tag, {pieces, cents}} <- Sales.summary(day), do: "#{tag},#{pieces},#{cents}\n"
    :ok = File.write(path, rows)
    path
  end
end
