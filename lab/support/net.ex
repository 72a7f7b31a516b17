defmodule Lab.Net do
  @moduledoc "Foreign services that behave badly, on loopback, so that the documents' code may use any host's name."

  @doc """
  A web server that answers each request after `delay` ms with `body`, or never where the delay is :never. :httpc asks it for every host.
  """
  def web(delay, body \\ "1", status \\ "200 OK") do
    {:ok, _} = Application.ensure_all_started(:inets)
    port = serve(fn socket -> answer(socket, delay, body, status) end)
    :ok = :httpc.set_options([proxy: {{~c"127.0.0.1", port}, []}, max_sessions: 100, max_keep_alive_length: 0])
    port
  end

  @doc "A server on loopback, on a free port unless one is given, that hands each connection to `fun` in a process of its own; the port."
  def serve(fun, port \\ 0) do
    {port, _} = start(fn -> elem(:gen_tcp.listen(port, [:binary, active: false, ip: {127, 0, 0, 1}, backlog: 1024, reuseaddr: true]), 1) end, &accept(&1, fun))
    port
  end

  @doc """
  A port of loopback to which a connection is never made and never refused: its queue of connections is full. `port` 0 takes any.
  """
  def black_hole(port \\ 0) do
    {port, _} = start(fn -> elem(:gen_tcp.listen(port, [:binary, active: false, backlog: 0, ip: {127, 0, 0, 1}]), 1) end, fn _ -> Process.sleep(:infinity) end)
    for _ <- 1..3, do: spawn(fn -> :gen_tcp.connect({127, 0, 0, 1}, port, []) && Process.sleep(:infinity) end)
    Process.sleep(100)
    port
  end

  @doc "Makes a host's name mean loopback in this VM."
  def host(name) do
    :inet_db.set_lookup([:file, :native])
    :inet_db.add_host({127, 0, 0, 1}, [String.to_charlist(name)])
  end

  defp start(listen, loop) do
    here = self()

    pid =
      spawn(fn ->
        socket = listen.()
        {:ok, port} = :inet.port(socket)
        send(here, {self(), port})
        loop.(socket)
      end)

    receive do: ({^pid, port} -> {port, pid})
  end

  defp accept(listener, fun) do
    {:ok, socket} = :gen_tcp.accept(listener)
    pid = spawn(fn -> receive(do: (:go -> fun.(socket))) end)
    :ok = :gen_tcp.controlling_process(socket, pid)
    send(pid, :go)
    accept(listener, fun)
  end

  defp answer(socket, delay, body, status) do
    {:ok, _request} = :gen_tcp.recv(socket, 0)
    if delay == :never, do: Process.sleep(:infinity), else: Process.sleep(delay)
    :gen_tcp.send(socket, "HTTP/1.1 #{status}\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: #{byte_size(body)}\r\n\r\n#{body}")
    :gen_tcp.close(socket)
  end
end
