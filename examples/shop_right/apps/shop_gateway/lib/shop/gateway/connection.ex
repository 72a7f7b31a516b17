defmodule Shop.Gateway.Connection do
  @moduledoc """
  Serves one client's connection: requests come one after the other until the client hangs up. The socket is
  read only when we are ready for more, and a client that says nothing for a while is sent away.
  """

  alias Shop.Gateway.{Http, Metrics, Router}

  @hand_over_ms 5_000
  @idle_ms 15_000

  @spec start(:gen_tcp.socket()) :: :ok | {:error, term()}
  def start(socket) do
    receive do
      :go -> serve(socket, "")
    after
      @hand_over_ms -> :gen_tcp.close(socket)
    end
  end

  defp serve(socket, buffer) do
    case Http.parse(buffer) do
      {:ok, request, rest} ->
        with :ok <- respond(socket, request), do: serve(socket, rest)

      :more ->
        case :gen_tcp.recv(socket, 0, @idle_ms) do
          {:ok, data} -> serve(socket, buffer <> data)
          {:error, _closed_or_idle} -> :gen_tcp.close(socket)
        end

      :error ->
        :gen_tcp.send(socket, Http.encode({400, %{error: "bad request"}, []}))
        :gen_tcp.close(socket)
    end
  end

  # A fault ends this connection's process, whatever kind it is; the client is told before.
  defp respond(socket, request) do
    Metrics.count(request.path)
    :gen_tcp.send(socket, request |> Router.handle() |> Http.encode())
  catch
    kind, reason ->
      :gen_tcp.send(socket, Http.encode({500, %{error: "internal error"}, []}))
      :erlang.raise(kind, reason, __STACKTRACE__)
  end
end
