defmodule Plain.Handler do
  def init(req, state), do: {:cowboy_websocket, req, state}
  def websocket_init(state), do: {:ok, %{subs: %{}, args: state}}

  def websocket_handle({:text, msg}, state) do
    with {:ok, %{"type" => "subscribe", "id" => id} = frame} <- Jason.decode(msg) do
      {:ok, pid} = Plain.Sub.start_link(frame["payload"]) # hazard
      {:ok, put_in(state, [:subs, id], pid)}
    else
      _ -> {:ok, state}
    end
  end

  def websocket_info(_, state), do: {:ok, state}
end

defmodule Plain.Sub do
  use GenServer
  def start_link(x), do: GenServer.start_link(__MODULE__, x)
  def init(x), do: {:ok, x}
end
