# Compares Beamwright's Elixir trees with the compiler's own:
#
#     elixir elixir_compare.exs [--level 1.14] [--verbose] [--reference DIR] [--snippets FILE] DUMPER FILE...
#
# --reference names what elixir_reference.sh made of another version's sources; its --level must be given too. --snippets reads
# small texts from one file, each behind a line of "%%%".
# A FILE may be a directory, which stands for every .ex and .exs file below it. One run of the dumper (elixir_dump) parses all
# files. For each file whose trees differ the smallest differing subterm is printed; for each file that the compiler rejects, a
# diagnostic must stand on the line the compiler names. Exits 1 when anything differs.
defmodule Compare do
  def main(args) do
    {options, [dumper | paths], []} = OptionParser.parse(args, strict: [level: :string, verbose: :boolean, reference: :string, snippets: :string])
    [_, minor] = String.split(options[:level] || default_level(), ".")
    if options[:reference], do: Code.prepend_path(options[:reference])
    Process.put(:reference, options[:reference] != nil)
    files = paths |> Enum.flat_map(&expand/1) |> Enum.uniq() |> Enum.sort() |> Enum.map(&{&1, File.read!(&1)})
    files = files ++ snippets(options[:snippets])
    port = Port.open({:spawn_executable, dumper}, [:binary, {:packet, 4}])
    results = Enum.map(files, &one(port, minor, &1, options[:verbose]))
    count = fn kind -> Enum.count(results, &(&1 == kind)) end
    rejected = count.(:rejected_same_line) + count.(:rejected_other_line)

    IO.puts(
      "#{count.(:equal)} files equal, #{count.(:differ)} differ, #{rejected} rejected by both " <>
        "(#{count.(:rejected_same_line)} on the same line), #{count.(:only_ours)} rejected by us alone, " <>
        "#{count.(:only_theirs)} by the compiler alone"
    )

    if count.(:differ) + count.(:only_ours) + count.(:only_theirs) > 0, do: System.halt(1)
  end

  defp default_level, do: System.version() |> String.split(".") |> Enum.take(2) |> Enum.join(".")

  defp expand(path) do
    if File.dir?(path), do: Path.wildcard(Path.join(path, "**/*.{ex,exs}")), else: [path]
  end

  defp snippets(nil), do: []

  defp snippets(path) do
    path |> File.read!() |> String.split("%%%\n") |> Enum.uniq() |> Enum.map(&{"--- " <> inspect(&1), &1})
  end

  defp one(port, minor, {path, text}, verbose) do
    theirs = compile(text)
    Port.command(port, minor <> " " <> text)
    ours = :erlang.binary_to_term(message(port))
    lines = message(port) |> String.split() |> Enum.map(&String.to_integer/1)

    case {theirs, lines} do
      {{:ok, tree}, []} when tree == ours ->
        :equal

      {{:ok, tree}, []} ->
        {left, right} = difference(tree, ours)
        IO.puts("#{path}: differs\n  compiler: #{show(left)}\n  ours:     #{show(right)}")
        :differ

      {{:ok, _}, [line | _]} ->
        IO.puts("#{path}:#{line}: rejected by us alone")
        :only_ours

      {{:error, line, text}, []} ->
        IO.puts("#{path}:#{line}: rejected by the compiler alone: #{text}")
        :only_theirs

      {{:error, line, text}, [first | _]} ->
        if verbose || first != line, do: IO.puts("#{path}:#{line}: rejected by both, ours on line #{first}: #{text}")
        if first == line, do: :rejected_same_line, else: :rejected_other_line
    end
  end

  defp compile(text) do
    if Process.get(:reference), do: reference(String.to_charlist(text)), else: installed(text)
  rescue
    error -> {:error, 0, String.slice(Exception.message(error), 0, 200)}
  end

  # What elixir:string_to_tokens/5 and elixir:tokens_to_quoted/3 do, with the modules of another version.
  defp reference(text) do
    case apply(:reference_tokenizer, :tokenize, [text, 1, 1, []]) do
      {:ok, _, _, _, tokens} -> parse(tokens)
      {:ok, _, _, _, tokens, terminators} -> parse(Enum.reverse(tokens, terminators))
      {:error, {line, _, message, token}, _, _, _} -> {:error, line, inspect({message, token})}
      {:error, {meta, message, token}, _, _, _} -> {:error, meta[:line], inspect({message, token})}
    end
  end

  defp parse(tokens) do
    for {key, value} <- [warning_file: nil, warnings: [], columns: true] do
      Process.put(:"elixir_parser_#{key}", value)
    end

    Process.put(:elixir_token_metadata, true)
    Process.put(:elixir_literal_encoder, false)

    case apply(:reference_parser, :parse, [tokens]) do
      {:ok, tree} -> {:ok, tree}
      {:error, {{line, _, _}, _, message}} -> {:error, line, inspect(message)}
      {:error, {meta, _, message}} -> {:error, meta[:line], inspect(message)}
    end
  end

  defp installed(text) do
    case Code.string_to_quoted(text, columns: true, token_metadata: true, emit_warnings: false) do
      {:ok, tree} -> {:ok, tree}
      {:error, {meta, message, token}} -> {:error, meta[:line], String.slice(inspect({message, token}), 0, 200)}
    end
  end

  defp message(port) do
    receive do
      {^port, {:data, data}} -> data
    after
      60_000 -> raise "the dumper does not answer"
    end
  end

  defp show(term), do: term |> inspect(limit: 40, printable_limit: 200) |> String.slice(0, 600)

  # The smallest subterms that differ while all around them is the same.
  defp difference(left, right) when is_tuple(left) and is_tuple(right) and tuple_size(left) == tuple_size(right) do
    pairs(left, right, Tuple.to_list(left), Tuple.to_list(right))
  end

  defp difference([_ | _] = left, [_ | _] = right) do
    if length(left) == length(right), do: pairs(left, right, left, right), else: {left, right}
  end

  defp difference(left, right), do: {left, right}

  defp pairs(left, right, lefts, rights) do
    case Enum.zip(lefts, rights) |> Enum.filter(fn {a, b} -> a !== b end) do
      [{a, b} | _] -> difference(a, b)
      [] -> {left, right}
    end
  end
end

Compare.main(System.argv())
