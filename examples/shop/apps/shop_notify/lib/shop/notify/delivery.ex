defmodule Shop.Notify.Delivery do
  @moduledoc "Posts one event to one address, and tries again when the partner is busy."

  require Logger

  alias Shop.Notify.HttpClient

  @attempts 5
  @pause_ms 2_000

  @doc "Delivers, or gives up after five attempts."
  @spec deliver(String.t(), String.t(), map()) :: :ok | {:error, term()}
  def deliver(url, event, data), do: attempt(url, encode(event, data), @attempts)

  @doc "Whether `url` answers at all."
  @spec try_out(String.t()) :: :ok | {:error, term()}
  def try_out(url) do
    %URI{scheme: "http" <> _} = URI.parse(url)

    with {:ok, _body} <- HttpClient.post(url, encode("ping", %{})), do: :ok
  end

  defp attempt(url, body, left) do
    case HttpClient.post(url, body) do
      {:ok, _body} ->
        :ok

      {:error, _reason} when left > 1 ->
        Process.sleep(@pause_ms)
        attempt(url, body, left - 1)

      {:error, reason} ->
        Logger.error("webhook to #{url} lost: #{inspect(reason)}")
        {:error, reason}
    end
  end

  defp encode(event, data), do: [~s({"event":"), event, ~s(","data":"), summary(data), ~s("})]

  defp summary(%{number: number, status: status}), do: "order #{number} is #{status}"
  defp summary(_data), do: ""
end
