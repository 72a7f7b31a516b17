defmodule Shop.Gateway.Connection do
  @moduledoc "Serves one client's connection: requests come one after the other until the client hangs up."

  require Logger

  alias Shop.Gateway.{Http, Metrics, Router}

  @spec start(:gen_tcp.socket()) :: :ok
  def start(socket) do
    receive do
      :go ->
        :ok = :inet.setopts(socket, active: true)
        serve(socket, "")
    end
  end

  defp serve(socket, buffer) do
    case Http.parse(buffer) do
      {:ok, request, rest} ->
        response = respond(request)
        :gen_tcp.send(socket, Http.encode(response))
        serve(socket, rest)

      :more ->
        receive do
          {:tcp, ^socket, data} -> serve(socket, buffer <> data)
          {:tcp_closed, ^socket} -> :ok
        end

      :error ->
        :gen_tcp.send(socket, Http.encode({400, %{error: "bad request"}, []}))
        :gen_tcp.close(socket)
    end
  end

  defp respond(request) do
    Metrics.count(request.path)
    Router.handle(request)
  rescue
    error ->
      Logger.error("#{request.method} #{request.path}: #{Exception.message(error)}")
      {500, %{error: "internal error"}, []}
  end
end
