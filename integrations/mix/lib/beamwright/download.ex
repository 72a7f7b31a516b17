defmodule Beamwright.Download do
  @moduledoc """
  Brings the binary into the user's cache, held to a checksum that stands in the settings or in this package.
  """

  @checksums Path.expand("../../priv/checksums.txt", __DIR__)
  @external_resource @checksums
  # Lines of sha256sum(1): "SHA256  beamwright-0.1.0-linux-x64".
  @pinned for line <- File.stream!(@checksums),
              [sha256, name] <- [String.split(line)],
              byte_size(sha256) == 64,
              into: %{},
              do: {name, sha256}

  @doc "The file in the cache, downloaded unless it is there, and the checksum that it has."
  @spec fetch(String.t(), String.t(), String.t() | nil) :: {:ok, Path.t(), String.t()} | {:error, String.t()}
  def fetch(base_url, version, sha256) do
    with {:ok, platform} <- platform(),
         name = "beamwright-#{version}-#{platform}",
         {:ok, sha256} <- pinned(name, sha256) do
      path = Path.join([:filename.basedir(:user_cache, "beamwright"), sha256, "beamwright"])

      if File.regular?(path) and sha256(path) == sha256,
        do: {:ok, path, sha256},
        else: download(base_url, name, path, sha256)
    end
  end

  @doc "The SHA-256 of a file in hexadecimal digits; empty when it cannot be read."
  @spec sha256(Path.t()) :: String.t()
  def sha256(path) do
    case File.read(path) do
      {:ok, bytes} -> hex(bytes)
      {:error, _} -> ""
    end
  end

  defp hex(bytes), do: :crypto.hash(:sha256, bytes) |> Base.encode16(case: :lower)

  defp pinned(name, nil) do
    case @pinned do
      %{^name => sha256} ->
        {:ok, sha256}

      _ ->
        {:error,
         "this package pins no checksum of #{name}: set `config :beamwright, sha256:`; nothing was downloaded"}
    end
  end

  defp pinned(_, sha256), do: {:ok, sha256}

  defp platform do
    architecture = List.to_string(:erlang.system_info(:system_architecture))

    case {:os.type(), architecture} do
      {{:unix, :linux}, "x86_64" <> _} -> {:ok, "linux-x64"}
      {{:unix, :linux}, "aarch64" <> _} -> {:ok, "linux-arm64"}
      _ -> {:error, "there is no binary for #{architecture}: build one and name it in BEAMWRIGHT_PATH"}
    end
  end

  defp download(base_url, name, path, sha256) do
    url = String.trim_trailing(base_url, "/") <> "/" <> name

    with {:ok, bytes} <- get(url) do
      case hex(bytes) do
        ^sha256 -> keep(bytes, path, sha256)
        other -> {:error, "#{url} has the checksum #{other} and not #{sha256}: it was neither kept nor run"}
      end
    end
  end

  # Under another name until it is whole.
  defp keep(bytes, path, sha256) do
    part = path <> ".part#{System.unique_integer([:positive])}-#{System.pid()}"

    with :ok <- File.mkdir_p(Path.dirname(path)),
         :ok <- File.write(part, bytes),
         :ok <- File.chmod(part, 0o755),
         :ok <- File.rename(part, path) do
      {:ok, path, sha256}
    else
      {:error, reason} -> {:error, "#{path} cannot be written: #{:file.format_error(reason)}"}
    end
  end

  defp get(url) do
    for application <- [:inets, :ssl], do: {:ok, _} = Application.ensure_all_started(application)
    options = [timeout: 120_000, connect_timeout: 15_000] ++ tls(url)

    case :httpc.request(:get, {String.to_charlist(url), []}, options, body_format: :binary) do
      {:ok, {{_, 200, _}, _, bytes}} -> {:ok, bytes}
      {:ok, {{_, status, _}, _, _}} -> {:error, "#{url} answers with status #{status}"}
      {:error, reason} -> {:error, "#{url} cannot be downloaded: #{inspect(reason)}"}
    end
  end

  defp tls("https:" <> _) do
    names = [match_fun: :public_key.pkix_verify_hostname_match_fun(:https)]

    [
      ssl: [
        verify: :verify_peer,
        cacerts: :public_key.cacerts_get(),
        depth: 5,
        customize_hostname_check: names
      ]
    ]
  end

  defp tls(_), do: []
end
