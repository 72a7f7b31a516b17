defmodule Depot.Plug do
  import Plug.Conn

  def init(options), do: options

  def call(conn, _options) do
    Depot.Visits.note(conn.request_path)
    send_resp(conn, 200, "")
  end
end

defmodule Depot.Visits do
  use Agent

  def start_link(_), do: Agent.start_link(fn -> 0 end, name: __MODULE__)

  def note(path) do
    Agent.cast(__MODULE__, fn count -> # hazard BW201 BW305
      :httpc.request(:post, {~c"http://visits.example", [], ~c"text/plain", path}, [], [])
      count + 1
    end)
  end
end
