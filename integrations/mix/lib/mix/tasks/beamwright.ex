defmodule Mix.Tasks.Beamwright do
  @shortdoc "Reviews the project with Beamwright"

  @moduledoc """
  Runs the `beamwright` binary with the words that follow.

      mix beamwright                      # the same as: mix beamwright check
      mix beamwright check --since main
      mix beamwright map --format html -o map.html

  Output and exit code are the binary's own: 0 nothing at or above `--fail-on`, 1 something is, 2 the call, the binary or this task
  is at fault. Standard input is not passed on: what speaks over it (`lsp`, `mcp`, `hook`) is called as `beamwright` itself.

  Which binary that is:

    1. the file that the environment variable `BEAMWRIGHT_PATH` names;
    2. `config :beamwright, path: "…"`;
    3. `beamwright` on the `PATH`;
    4. a download of this package's version, kept in the user's cache: only where `config :beamwright, base_url: "…"` says from where.
       The file there is called `beamwright-VERSION-PLATFORM`, `beamwright-0.1.0-linux-x64` for example.

  It must be of this package's version, or of `config :beamwright, version: "…"`. `config :beamwright, sha256: "…"` pins its bytes; a
  download is held to that, or else to the checksum in this package, and never runs before it is. `config :beamwright, args: […]` are
  the words when none are given.
  """

  use Mix.Task

  @impl true
  def run(words) do
    words = if words == [], do: Application.get_env(:beamwright, :args, ["check"]), else: words

    case Beamwright.Binary.find(Application.get_all_env(:beamwright)) do
      {:ok, path} ->
        # The exit code of the binary is that of mix.
        case Beamwright.Binary.run(path, words) do
          0 -> :ok
          code -> exit({:shutdown, code})
        end

      {:error, message} ->
        Mix.shell().error("mix beamwright: " <> message)
        exit({:shutdown, 2})
    end
  end
end
