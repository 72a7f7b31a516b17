# Compares Beamwright's Elixir trees with the compiler's own:
#
#     elixir elixir_compare.exs [--level 1.14] [--verbose] [--reference DIR] [--snippets FILE] [--unequal FILE] DUMPER PATH...
#
# Each text is compared twice: as Code.string_to_quoted/2 gives it with columns and token metadata, and once more with a
# literal_encoder, so that the places of literals are compared too. The level is that of the running compiler. --reference names
# what elixir_reference.sh made of another version's sources; its --level must be given too. --snippets reads small texts from one
# file, each behind a line of "%%% title". --unequal names the list of files that cannot be equal.
# A PATH may be a directory, which stands for every .ex and .exs file below it. One run of the dumper (elixir_dump) parses all
# files. For each file whose trees differ the smallest differing subterm is printed; for each file that the compiler rejects, a
# diagnostic must stand on the line the compiler names. Exits 1 when anything else is found.
Code.require_file("elixir_oracle.exs", __DIR__)

defmodule Compare do
  alias Oracle.Dumper

  def main(args) do
    switches = [level: :string, verbose: :boolean, reference: :string, snippets: :string, unequal: :string]
    {options, [dumper | paths], []} = OptionParser.parse(args, strict: switches)
    level = options[:level] || Oracle.level()
    if options[:reference], do: Oracle.use_reference(options[:reference])
    files = paths |> Enum.flat_map(&expand/1) |> Enum.uniq() |> Enum.sort() |> Enum.map(&{&1, File.read!(&1)})
    files = files ++ snippets(options[:snippets])
    port = Dumper.open(dumper)
    unequal = unequal(options[:unequal])

    results =
      for {path, text} <- files do
        result = Oracle.compare(port, level, text)
        known = result != :equal && Enum.find(unequal, fn {suffix, _} -> String.ends_with?(path, suffix) end)
        report(path, result, known, options[:verbose])
        if known, do: :known, else: kind(result)
      end

    count = fn kind -> Enum.count(results, &(&1 == kind)) end

    IO.puts(
      "level #{level} (#{Oracle.compiler()}): #{count.(:equal)} files equal with and without the places of literals, " <>
        "#{count.(:differ)} differ, #{count.(:rejected_same_line)} rejected by both on the same line, " <>
        "#{count.(:rejected_other_line)} on another, #{count.(:only_ours)} rejected by us alone, " <>
        "#{count.(:only_theirs)} by the compiler alone, #{count.(:known)} known to be unequal"
    )

    wrong = [:differ, :rejected_other_line, :only_ours, :only_theirs]
    if Enum.any?(results, &(&1 in wrong)), do: System.halt(1)
  end

  defp expand(path) do
    if File.dir?(path), do: Path.wildcard(Path.join(path, "**/*.{ex,exs}"), match_dot: true), else: [path]
  end

  defp snippets(nil), do: []

  defp snippets(path) do
    [_ | parts] = Regex.split(~r/^%%% /m, File.read!(path))
    for part <- parts, [title, text] = String.split(part, "\n", parts: 2), do: {title, text}
  end

  # The rows of this language: {end of the path, reason}.
  defp unequal(nil), do: []

  defp unequal(path) do
    for line <- File.stream!(path), ["elixir", suffix, reason] <- [line |> String.trim() |> String.split("\t")], do: {suffix, reason}
  end

  defp kind(:equal), do: :equal
  defp kind({:differ, _, _, _}), do: :differ
  defp kind({:rejected, line, line, _}), do: :rejected_same_line
  defp kind({:rejected, _, _, _}), do: :rejected_other_line
  defp kind({:only_ours, _}), do: :only_ours
  defp kind({:only_theirs, _, _}), do: :only_theirs

  defp report(path, result, {_, reason}, _) when result != :equal, do: IO.puts("#{path}: known to be unequal: #{reason}")

  defp report(path, result, _, verbose) do
    case result do
      :equal ->
        :ok

      {:differ, line, theirs, ours} ->
        IO.puts("#{path}:#{line}: differs\n  compiler: #{show(theirs)}\n  ours:     #{show(ours)}")

      {:only_ours, line} ->
        IO.puts("#{path}:#{line}: rejected by us alone")

      {:only_theirs, line, text} ->
        IO.puts("#{path}:#{line}: rejected by the compiler alone: #{text}")

      {:rejected, line, ours, text} ->
        if verbose || ours != line, do: IO.puts("#{path}:#{line}: rejected by both, ours on line #{ours}: #{text}")
    end
  end

  defp show(term), do: term |> inspect(limit: 40, printable_limit: 200) |> String.slice(0, 600)
end

Compare.main(System.argv())
