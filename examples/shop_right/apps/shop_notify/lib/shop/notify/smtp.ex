defmodule Shop.Notify.Smtp do
  @moduledoc "Just enough SMTP to hand a mail to the relay next door."

  @connect_ms 2_000
  @step_ms 5_000
  @options [:binary, active: false, packet: :line, send_timeout: @step_ms, send_timeout_close: true]

  @spec send_mail(String.t(), String.t(), String.t()) :: :ok | {:error, term()}
  def send_mail(to, subject, text) do
    host = Application.fetch_env!(:shop_notify, :smtp_host)
    port = Application.fetch_env!(:shop_notify, :smtp_port)

    with {:ok, socket} <- :gen_tcp.connect(host, port, @options, @connect_ms) do
      result = converse(socket, to, subject, text)
      :gen_tcp.close(socket)
      result
    end
  end

  defp converse(socket, to, subject, text) do
    sender = Application.fetch_env!(:shop_notify, :sender)

    with :ok <- expect(socket, "220"),
         :ok <- command(socket, "HELO shop", "250"),
         :ok <- command(socket, "MAIL FROM:<#{sender}>", "250"),
         :ok <- command(socket, "RCPT TO:<#{to}>", "250"),
         :ok <- command(socket, "DATA", "354"),
         :ok <- command(socket, message(sender, to, subject, text), "250") do
      command(socket, "QUIT", "221")
    end
  end

  defp command(socket, line, code) do
    with :ok <- :gen_tcp.send(socket, [line, "\r\n"]), do: expect(socket, code)
  end

  defp expect(socket, code) do
    case :gen_tcp.recv(socket, 0, @step_ms) do
      {:ok, <<^code::binary-size(3), _rest::binary>>} -> :ok
      {:ok, line} -> {:error, {:smtp, String.trim(line)}}
      {:error, reason} -> {:error, reason}
    end
  end

  defp message(sender, to, subject, text) do
    ["From: ", sender, "\r\nTo: ", to, "\r\nSubject: ", subject, "\r\n\r\n", text, "\r\n."]
  end
end
