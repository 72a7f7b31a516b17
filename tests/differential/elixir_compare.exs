# Compares Beamwright's Elixir trees with the compiler's own: elixir elixir_compare.exs [--level 1.14] [--verbose] DUMPER FILE...
# A FILE may be a directory, which stands for every .ex and .exs file below it. One run of the dumper (elixir_dump) parses all
# files. For each file whose trees differ the smallest differing subterm is printed; for each file that the compiler rejects, a
# diagnostic must stand on the line the compiler names. Exits 1 when anything differs.
defmodule Compare do
  def main(args) do
    {options, [dumper | paths], []} = OptionParser.parse(args, strict: [level: :string, verbose: :boolean])
    [_, minor] = String.split(options[:level] || default_level(), ".")
    files = paths |> Enum.flat_map(&expand/1) |> Enum.uniq() |> Enum.sort()
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

  defp one(port, minor, path, verbose) do
    theirs = compile(File.read!(path))
    Port.command(port, minor <> " " <> Path.expand(path))
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
    case Code.string_to_quoted(text, columns: true, token_metadata: true, emit_warnings: false) do
      {:ok, tree} -> {:ok, tree}
      {:error, {meta, message, token}} -> {:error, meta[:line], String.slice(inspect({message, token}), 0, 200)}
    end
  rescue
    error -> {:error, 0, String.slice(Exception.message(error), 0, 200)}
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
