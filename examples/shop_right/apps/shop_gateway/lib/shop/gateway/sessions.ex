defmodule Shop.Gateway.Sessions do
  @moduledoc """
  A session is a random id in a cookie. A table notes when each was last seen; one that was not seen for two
  hours is over, and its cart goes with it.
  """

  use GenServer

  require Logger

  alias Shop.Carts

  @cookie "shop_session"
  @table :shop_sessions
  @over_seconds 2 * 3600
  @sweep_ms :timer.minutes(1)

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "The session of a request, and the headers that let the browser remember it."
  @spec of(%{String.t() => String.t()}) :: {String.t(), [{String.t(), String.t()}]}
  def of(headers) do
    case decode(headers["cookie"]) do
      {:ok, id} ->
        seen(id)
        {id, []}

      :error ->
        id = Base.encode16(:crypto.strong_rand_bytes(16))
        seen(id)
        {id, [{"set-cookie", "#{@cookie}=#{id}; Path=/; HttpOnly"}]}
    end
  end

  @doc "How many sessions were seen within the last `seconds`."
  @spec active(pos_integer()) :: non_neg_integer()
  def active(seconds), do: :ets.select_count(@table, [{{:_, :"$1"}, [{:>=, :"$1", now() - seconds}], [true]}])

  @impl true
  def init(_opts) do
    Process.send_after(self(), :sweep, @sweep_ms)
    {:ok, %{}}
  end

  @impl true
  def handle_info(:sweep, state) do
    for id <- :ets.select(@table, [{{:"$1", :"$2"}, [{:<, :"$2", now() - @over_seconds}], [:"$1"]}]) do
      Carts.forget(id)
      :ets.delete(@table, id)
    end

    Process.send_after(self(), :sweep, @sweep_ms)
    {:noreply, state}
  end

  def handle_info(message, state) do
    Logger.warning("sessions got an unexpected message: #{inspect(message, limit: 5)}")
    {:noreply, state}
  end

  defp seen(id), do: :ets.insert(@table, {id, now()})

  # Only the form of our own ids is taken; the text is copied, for it outlives the request.
  defp decode(@cookie <> "=" <> <<id::binary-size(32)>>) do
    if id =~ ~r/\A[0-9A-F]{32}\z/, do: {:ok, :binary.copy(id)}, else: :error
  end

  defp decode(_other), do: :error

  defp now, do: System.monotonic_time(:second)
end
