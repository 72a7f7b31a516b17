defmodule Shop.Notify.HttpClient do
  @moduledoc "The few HTTP requests we send, over OTP's own client. None takes longer than seven seconds."

  @options [connect_timeout: 2_000, timeout: 5_000]

  @spec get(String.t()) :: {:ok, String.t()} | {:error, term()}
  def get(url), do: request(:get, {to_charlist(url), []})

  @spec post(String.t(), iodata(), String.t()) :: {:ok, String.t()} | {:error, term()}
  def post(url, body, type \\ "application/json") do
    request(:post, {to_charlist(url), [], to_charlist(type), IO.iodata_to_binary(body)})
  end

  defp request(method, request) do
    case :httpc.request(method, request, @options, body_format: :binary) do
      {:ok, {{_version, status, _phrase}, _headers, body}} when status in 200..299 -> {:ok, body}
      {:ok, {{_version, status, _phrase}, _headers, _body}} -> {:error, {:status, status}}
      {:error, reason} -> {:error, reason}
    end
  end
end
