defmodule Shop.Notify.Delivery do
  @moduledoc """
  Posts one event to one address, and tries again when the partner is busy. All of it runs in tasks, and none
  takes longer than half a minute.
  """

  alias Shop.Notify.HttpClient

  @attempts 3
  @pause_ms 2_000

  @doc "Delivers, or gives up after three attempts."
  @spec deliver(String.t(), String.t(), map()) :: :ok | {:error, term()}
  def deliver(url, event, data), do: attempt(url, encode(event, data), @attempts)

  @doc "Whether `url` answers at all; one that does is written down."
  @spec try_out(String.t()) :: :ok | {:error, term()}
  def try_out(url) do
    with {:ok, url} <- check(url),
         {:ok, _body} <- HttpClient.post(url, encode("ping", %{})) do
      save_partner(url)
    end
  end

  @doc "The addresses that were written down before."
  @spec load_partners() :: {:ok, [String.t()]} | {:error, File.posix()}
  def load_partners do
    case File.read(partners_file()) do
      {:ok, text} -> {:ok, String.split(text, "\n", trim: true)}
      {:error, :enoent} -> {:ok, []}
      {:error, reason} -> {:error, reason}
    end
  end

  defp save_partner(url) do
    with :ok <- File.mkdir_p(Path.dirname(partners_file())) do
      File.write(partners_file(), url <> "\n", [:append])
    end
  end

  defp partners_file, do: Application.fetch_env!(:shop_notify, :partners_file)

  defp check(url) do
    case URI.new(url) do
      {:ok, %URI{scheme: scheme, host: host}} when scheme in ["http", "https"] and host not in [nil, ""] -> {:ok, url}
      _other -> {:error, :bad_address}
    end
  end

  # Each pause is twice the one before.
  defp attempt(url, body, left) do
    case HttpClient.post(url, body) do
      {:ok, _body} ->
        :ok

      {:error, _reason} when left > 1 ->
        Process.sleep(@pause_ms * 2 ** (@attempts - left))
        attempt(url, body, left - 1)

      {:error, reason} ->
        {:error, reason}
    end
  end

  defp encode(event, data), do: [~s({"event":"), event, ~s(","data":"), summary(data), ~s("})]

  defp summary(%{number: number, status: status}), do: "order #{number} is #{status}"
  defp summary(_data), do: ""
end
