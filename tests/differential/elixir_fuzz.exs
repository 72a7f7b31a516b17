# Breaks real Elixir files at random and holds Beamwright to what the compiler says of each:
#
#     elixir elixir_fuzz.exs [--count 20000] [--seed 1] [--save DIR] [--level 1.18 --reference DIR] DUMPER PATH...
#
# A mutation takes a file or some paragraphs of one and leaves out, doubles, swaps or replaces pieces, or puts in a fragment of
# syntax. What the compiler accepts must give equal trees, with and without the places of literals; what it rejects must get a
# diagnostic from us. On which line is counted, and no fault. --save keeps the texts of faults. Exits 1 when there is one.
Code.require_file("elixir_oracle.exs", __DIR__)

defmodule Fuzz do
  @fragments ~w{" ' """ ''' ( ) [ ] << >> do end fn -> , ; . .. ..// ... & &1 @ % : :: a: "a": | |> not in when and or
                ! ^ + - ++ -- * ** / // == = <- \\ ~s( ~w[ ~S""" ~HTML" ?a ?\\ \\s # 0x1F 1_0 1.5e3 nil true else rescue catch
                after A.B foo foo( é 名} ++ ["\#{", "{", "}", "%{", "\n", " ", "\n\n", "\t", "\r\n", " #c\n", "\\\n"]

  def main(args) do
    switches = [count: :integer, seed: :integer, save: :string, level: :string, reference: :string]
    {options, [dumper | paths], []} = OptionParser.parse(args, strict: switches)
    if options[:reference], do: Oracle.use_reference(options[:reference])
    level = options[:level] || Oracle.level()
    seed = options[:seed] || 1
    :rand.seed(:exsss, {seed, seed, seed})
    texts = paths |> Enum.flat_map(&expand/1) |> Enum.sort() |> Enum.map(&File.read!/1) |> Enum.filter(&String.valid?/1)
    texts = List.to_tuple(texts)
    port = Oracle.Dumper.open(dumper)
    count = options[:count] || 20_000

    results =
      for number <- 1..count, reduce: %{} do
        counts ->
          text = mutated(texts)
          kind = judge(Oracle.compare(port, level, text), text, number, options[:save])
          Map.update(counts, kind, 1, &(&1 + 1))
      end

    get = &Map.get(results, &1, 0)
    rejected = get.(:same_line) + get.(:other_line)

    IO.puts(
      "level #{level} (#{Oracle.compiler()}), seed #{seed}: #{count} mutations: #{get.(:equal)} accepted with equal trees, " <>
        "#{rejected} rejected by both (#{percent(get.(:same_line), rejected)} % on the same line), #{get.(:differ)} differ, " <>
        "#{get.(:only_ours)} rejected by us alone, #{get.(:only_theirs)} by the compiler alone"
    )

    if get.(:differ) + get.(:only_ours) + get.(:only_theirs) > 0, do: System.halt(1)
  end

  defp percent(_, 0), do: "100.0"
  defp percent(part, whole), do: Float.round(100 * part / whole, 1)

  defp expand(path) do
    if File.dir?(path), do: Path.wildcard(Path.join(path, "**/*.{ex,exs}")), else: [path]
  end

  defp mutated(texts) do
    text = elem(texts, :rand.uniform(tuple_size(texts)) - 1)
    text = if byte_size(text) > 6_000 or :rand.uniform(2) == 1, do: part(text), else: text
    pieces = Regex.scan(~r/[\p{L}\p{N}_]+|[ \t]+|\s|[^\p{L}\p{N}_\s]/u, text) |> Enum.map(&hd/1)
    1..:rand.uniform(3) |> Enum.reduce(pieces, fn _, pieces -> mutate(pieces) end) |> IO.iodata_to_binary()
  end

  # Some paragraphs that follow each other.
  defp part(text) do
    paragraphs = String.split(text, "\n\n")
    paragraphs |> Enum.drop(:rand.uniform(length(paragraphs)) - 1) |> Enum.take(:rand.uniform(4)) |> Enum.join("\n\n")
  end

  defp mutate([]), do: [fragment()]

  defp mutate(pieces) do
    {before, [piece | rest]} = Enum.split(pieces, :rand.uniform(length(pieces)) - 1)

    case :rand.uniform(7) do
      1 -> before ++ rest
      2 -> before ++ [piece, piece | rest]
      3 -> before ++ swap(piece, rest)
      4 -> before ++ [fragment() | rest]
      5 -> before ++ [Enum.random(pieces) | rest]
      6 -> before ++ [fragment(), piece | rest]
      7 -> before ++ [" ", fragment(), " ", piece | rest]
    end
  end

  defp swap(piece, [next | rest]), do: [next, piece | rest]
  defp swap(piece, []), do: [piece]

  defp fragment, do: Enum.random(@fragments)

  defp judge(:equal, _, _, _), do: :equal
  defp judge({:rejected, line, line, _}, _, _, _), do: :same_line

  defp judge({:rejected, line, ours, message}, text, number, save) do
    if save, do: keep(save, "line_#{number}", "# theirs #{line}, ours #{ours}: #{message}\n", text)
    :other_line
  end

  defp judge(fault, text, number, save) do
    shown = fault |> inspect(limit: 30, printable_limit: 150) |> String.slice(0, 400)
    IO.puts("mutation #{number}: #{shown}")
    if save, do: keep(save, "#{elem(fault, 0)}_#{number}", "", text)
    elem(fault, 0)
  end

  defp keep(folder, name, heading, text) do
    File.mkdir_p!(folder)
    File.write!(Path.join(folder, name <> ".txt"), heading <> text)
  end
end

Fuzz.main(System.argv())
