defmodule Lab.Document do
  @moduledoc """
  The rules' documents, src/rules/<family>/<name>.md, as the lab reads them: which there are, and the code of their hazard and of their fix.

  A fenced block with `lab=hazard` belongs to the hazard, one with `lab=fix` to the fix. All blocks of a variant are compiled together, so
  that what is measured is the very text that the rule is tested with.
  """

  defstruct [:code, :name, :family, :path, :experiment]

  @root Path.expand("../..", __DIR__)

  @doc "All documents, sorted by code. `experiment` is nil where a rule has none."
  def all do
    Path.wildcard(Path.join(@root, "src/rules/*/*.md")) |> Enum.map(&read/1) |> Enum.sort_by(& &1.code)
  end

  @doc "The blocks of a variant: [{language, file name, text}]."
  def blocks(path, variant) do
    mark = "lab=#{variant}"

    Regex.scan(~r/^```(elixir|erlang)([^\n]*)\n(.*?)^```/ms, File.read!(path))
    |> Enum.filter(fn [_, _, attributes, _] -> mark in String.split(attributes) end)
    |> Enum.with_index(fn [_, language, attributes, text], at -> {language, file(language, attributes, text, at), text} end)
  end

  defp read(path) do
    stem = Path.basename(path, ".md")
    family = path |> Path.dirname() |> Path.basename()
    [_, name, code] = Regex.run(~r/\A# (\S+) \((BW\d+)\)/, File.read!(path))
    experiment = Path.join([@root, "lab", family, stem <> ".exs"])
    %__MODULE__{code: code, name: name, family: family, path: path, experiment: if(File.exists?(experiment), do: experiment)}
  end

  # The Erlang compiler wants a file to be named as its module.
  defp file("erlang", _attributes, text, _at) do
    [_, module] = Regex.run(~r/^-module\((\w+)\)/m, text)
    module <> ".erl"
  end

  defp file("elixir", attributes, _text, at) do
    case Regex.run(~r/file=(\S+)/, attributes) do
      [_, file] -> "#{at}_#{Path.basename(file)}"
      nil -> "#{at}_example.ex"
    end
  end
end
