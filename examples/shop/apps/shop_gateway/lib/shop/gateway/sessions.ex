defmodule Shop.Gateway.Sessions do
  @moduledoc "Sessions live in a cookie; we note here when each was last seen."

  use GenServer

  @cookie "shop_session"

  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "The session of a request, and the headers that let the browser remember it."
  @spec of(%{String.t() => String.t()}) :: {String.t(), [{String.t(), String.t()}]}
  def of(headers) do
    case decode(headers["cookie"]) do
      {:ok, session} ->
        GenServer.cast(__MODULE__, {:seen, session.id})
        {session.id, []}

      :error ->
        session = %{id: Base.encode16(:crypto.strong_rand_bytes(16)), since: System.os_time(:second)}
        GenServer.cast(__MODULE__, {:seen, session.id})
        {session.id, [{"set-cookie", "#{@cookie}=#{encode(session)}; Path=/; HttpOnly"}]}
    end
  end

  @doc "How many sessions were seen within the last `seconds`."
  @spec active(pos_integer()) :: non_neg_integer()
  def active(seconds), do: GenServer.call(__MODULE__, {:active, seconds})

  @impl true
  def init(_opts), do: {:ok, %{}}

  @impl true
  def handle_call({:active, seconds}, _from, seen) do
    since = System.monotonic_time(:second) - seconds
    {:reply, Enum.count(seen, fn {_id, at} -> at >= since end), seen}
  end

  @impl true
  def handle_cast({:seen, id}, seen) do
    {:noreply, Map.put(seen, id, System.monotonic_time(:second))}
  end

  defp encode(session), do: session |> :erlang.term_to_binary() |> Base.url_encode64(padding: false)

  defp decode(@cookie <> "=" <> value) do
    case Base.url_decode64(value, padding: false) do
      {:ok, binary} -> {:ok, :erlang.binary_to_term(binary)}
      :error -> :error
    end
  end

  defp decode(_other), do: :error
end
