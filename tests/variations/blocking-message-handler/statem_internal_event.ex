defmodule Depot.Session do
  @behaviour :gen_statem

  def start_link(_), do: :gen_statem.start_link({:local, __MODULE__}, __MODULE__, [], [])
  def token, do: :gen_statem.call(__MODULE__, :token)

  @impl true
  def callback_mode, do: :handle_event_function

  @impl true
  def init(_), do: {:ok, :expired, %{token: nil}, [{:state_timeout, 0, :renew}]}

  @impl true
  def handle_event(:state_timeout, :renew, _state, data) do
    token = renew()
    {:next_state, :valid, %{data | token: token}, [{:state_timeout, 300_000, :renew}]}
  end

  def handle_event({:call, from}, :token, _state, data), do: {:keep_state_and_data, [{:reply, from, data.token}]}

  defp renew do
    %{body: body} = HTTPoison.post!("https://login.example/token", "", [], timeout: 60_000, recv_timeout: 60_000) # hazard
    body
  end
end
