defmodule Beamwright.Binary do
  @moduledoc """
  Finds the `beamwright` binary and runs it. Nothing is executed before its bytes are what they must be, nothing is downloaded
  unless the settings say from where.
  """

  alias Beamwright.Download

  @version Mix.Project.config()[:version]

  @doc "The binary by the settings of `:beamwright`, or a sentence that says what is wrong and what to do."
  @spec find(keyword) :: {:ok, Path.t()} | {:error, String.t()}
  def find(settings) do
    version = Keyword.get(settings, :version, @version)
    sha256 = settings[:sha256]

    cond do
      path = present(System.get_env("BEAMWRIGHT_PATH")) ->
        check(Path.expand(path), "BEAMWRIGHT_PATH", version, sha256)

      path = present(settings[:path]) ->
        check(Path.expand(path), "config :beamwright, path:", version, sha256)

      path = System.find_executable("beamwright") ->
        or_else(check(path, "PATH", version, sha256), fn -> download(settings, version) end, settings)

      true ->
        download(settings, version)
    end
  end

  @doc "Runs it with the terminal of mix as its own. Gives its exit code."
  @spec run(Path.t(), [String.t()]) :: non_neg_integer
  def run(path, words) do
    # Without pipes of the VM the program writes to the terminal itself, and sees that it is one.
    port = Port.open({:spawn_executable, path}, [:nouse_stdio, :exit_status, args: words])

    receive do
      {^port, {:exit_status, code}} -> code
    end
  end

  # A binary of another version on the PATH is no fault where the right one can be had.
  defp or_else({:ok, path}, _, _), do: {:ok, path}
  defp or_else(error, other, settings), do: if(settings[:base_url], do: other.(), else: error)

  defp download(settings, version) do
    case present(settings[:base_url]) do
      nil ->
        {:error,
         "there is no beamwright: put version #{version} on the PATH, or name it in BEAMWRIGHT_PATH or " <>
           "`config :beamwright, path:`, or say with `config :beamwright, base_url:` where it can be downloaded"}

      base_url ->
        with {:ok, path, sha256} <- Download.fetch(base_url, version, settings[:sha256]),
             do: check(path, base_url, version, sha256)
    end
  end

  defp check(path, origin, version, sha256) do
    with :ok <- file(path, origin), :ok <- bytes(path, origin, sha256), do: version(path, origin, version)
  end

  defp file(path, origin) do
    cond do
      File.regular?(path) -> :ok
      true -> {:error, "#{path} (#{origin}) is no file"}
    end
  end

  defp bytes(_, _, nil), do: :ok

  defp bytes(path, origin, sha256) do
    case Download.sha256(path) do
      ^sha256 -> :ok
      other -> {:error, "#{path} (#{origin}) has the checksum #{other} and not #{sha256}: it was not run"}
    end
  end

  defp version(path, origin, version) do
    case answer(path) do
      {:ok, "beamwright " <> ^version} ->
        {:ok, path}

      {:ok, "beamwright " <> other} ->
        {:error, "#{path} (#{origin}) is version #{other} and not #{version}: it was not run"}

      _ ->
        {:error, "#{path} (#{origin}) is not beamwright: it does not say its version"}
    end
  end

  defp answer(path) do
    {said, 0} = System.cmd(path, ["--version"], stderr_to_stdout: true)
    {:ok, String.trim(said)}
  rescue
    _ -> :error
  end

  defp present(text), do: if(text in [nil, ""], do: nil, else: text)
end
