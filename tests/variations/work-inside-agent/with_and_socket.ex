defmodule Depot.Probe do
  use Agent

  def start_link(hosts), do: Agent.start_link(fn -> Map.new(hosts, &{&1, :unknown}) end, name: __MODULE__)

  def check_all do
    Agent.cast(__MODULE__, fn hosts -> # hazard
      for {host, _} <- hosts, into: %{}, do: {host, check(host)}
    end)
  end

  defp check(host) do
    with {:ok, socket} <- :gen_tcp.connect(String.to_charlist(host), 80, [:binary, active: false], 3_000),
         :ok <- :gen_tcp.send(socket, "HEAD / HTTP/1.0\r\n\r\n"),
         {:ok, _} <- :gen_tcp.recv(socket, 0, 3_000) do
      :gen_tcp.close(socket)
      :up
    else
      {:error, reason} -> {:down, reason}
    end
  end
end
