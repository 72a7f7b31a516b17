defmodule Depot.Link do
  @behaviour :gen_statem

  def start_link(opts), do: :gen_statem.start_link({:local, __MODULE__}, __MODULE__, opts, [])
  def send_frame(frame), do: :gen_statem.call(__MODULE__, {:frame, frame})

  @impl true
  def callback_mode, do: [:state_functions, :state_enter]

  @impl true
  def init(opts), do: {:ok, :disconnected, Map.new(opts)}

  def disconnected(:enter, _old, _data), do: {:keep_state_and_data, [{:state_timeout, 0, :connect}]}

  def disconnected(:state_timeout, :connect, data) do
    with {:ok, socket} <- :ssl.connect(data.host, data.port, ssl_options(data)) do # hazard
      {:next_state, :connected, Map.put(data, :socket, socket)}
    else
      _ -> {:keep_state_and_data, [{:state_timeout, 1_000, :connect}]}
    end
  end

  def disconnected({:call, from}, _, _), do: {:keep_state_and_data, [{:reply, from, {:error, :closed}}]}

  def connected(:enter, _old, _data), do: :keep_state_and_data
  def connected({:call, from}, {:frame, frame}, data), do: {:keep_state_and_data, [{:reply, from, :ssl.send(data.socket, frame)}]}

  defp ssl_options(data), do: [:binary, active: :once, server_name_indication: data.host]
end
