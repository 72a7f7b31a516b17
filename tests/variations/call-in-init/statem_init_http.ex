defmodule Depot.License do
  @behaviour :gen_statem

  def start_link(key), do: :gen_statem.start_link({:local, __MODULE__}, __MODULE__, key, [])

  @impl true
  def callback_mode, do: :handle_event_function

  @impl true
  def init(key) do
    case HTTPoison.get("https://license.example/" <> key, [], recv_timeout: 30_000) do # hazard
      {:ok, %{status_code: 200}} -> {:ok, :licensed, key}
      _ -> {:ok, :trial, key}
    end
  end

  @impl true
  def handle_event({:call, from}, :state, state, _key), do: {:keep_state_and_data, [{:reply, from, state}]}
end
