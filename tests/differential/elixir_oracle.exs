# What elixir_compare.exs and elixir_fuzz.exs share: the compiler's tree of a text, ours, and the difference between them.
defmodule Oracle do
  defmodule Dumper do
    @moduledoc "One run of elixir_dump, which answers for many texts."

    def open(path), do: Port.open({:spawn_executable, path}, [:binary, {:packet, 4}])

    @doc "The tree of a text, and the lines of the diagnostics. With `literals`, as with a literal_encoder."
    def read(port, level, text, literals) do
      [_, minor] = String.split(level, ".")
      Port.command(port, [minor, if(literals, do: "L ", else: " "), text])
      tree = decode(message(port))
      {tree, port |> message() |> String.split() |> Enum.map(&String.to_integer/1)}
    end

    defp decode(bytes) do
      :erlang.binary_to_term(bytes)
    rescue
      ArgumentError -> :no_term
    end

    defp message(port) do
      receive do
        {^port, {:data, data}} -> data
        {^port, :closed} -> raise "the dumper ended"
      after
        60_000 -> raise "the dumper does not answer"
      end
    end
  end

  def level, do: System.version() |> String.split(".") |> Enum.take(2) |> Enum.join(".")

  def compiler do
    case Process.get(:reference) do
      nil -> "Elixir #{System.version()} on OTP #{System.otp_release()}"
      folder -> "tokenizer and parser of #{folder} on OTP #{System.otp_release()}"
    end
  end

  def use_reference(folder) do
    Code.prepend_path(folder)
    Process.put(:reference, folder)
  end

  @doc """
  :equal | {:differ, line, theirs, ours} | {:rejected, their_line, our_line, message} | {:only_ours, line} |
  {:only_theirs, line, message}
  """
  def compare(port, level, text) do
    case compare(port, level, text, false) do
      :equal -> compare(port, level, text, true)
      other -> other
    end
  end

  defp compare(port, level, text, literals) do
    theirs = compile(text, literals)
    {ours, lines} = Dumper.read(port, level, text, literals)

    case {theirs, lines} do
      {{:ok, tree}, []} when tree === ours -> :equal
      {{:ok, tree}, []} -> difference(tree, ours, 1)
      {{:ok, _}, [line | _]} -> {:only_ours, line}
      {{:error, line, message}, []} -> {:only_theirs, line, message}
      {{:error, line, message}, [ours | _]} -> {:rejected, line, ours, message}
    end
  end

  @doc "{:ok, tree} | {:error, line, message}"
  def compile(text, literals \\ false) do
    if Process.get(:reference), do: reference(String.to_charlist(text), literals), else: installed(text, literals)
  rescue
    error -> {:error, 0, String.slice(Exception.message(error), 0, 200)}
  end

  def encode(literal, meta), do: {:ok, {:__block__, meta, [literal]}}

  defp installed(text, literals) do
    options = [columns: true, token_metadata: true, emit_warnings: false]
    options = if literals, do: [{:literal_encoder, &encode/2} | options], else: options

    case Code.string_to_quoted(text, options) do
      {:ok, tree} -> {:ok, tree}
      {:error, {meta, message, token}} -> {:error, meta[:line], String.slice(inspect({message, token}), 0, 200)}
    end
  end

  # What elixir:string_to_tokens/5 and elixir:tokens_to_quoted/3 do, with the modules of another version.
  defp reference(text, literals) do
    case apply(:reference_tokenizer, :tokenize, [text, 1, 1, []]) do
      {:ok, _, _, _, tokens} -> parse(tokens, literals)
      {:ok, _, _, _, tokens, terminators} -> parse(Enum.reverse(tokens, terminators), literals)
      {:error, {line, _, message, token}, _, _, _} -> {:error, line, inspect({message, token})}
      {:error, {meta, message, token}, _, _, _} -> {:error, meta[:line], inspect({message, token})}
    end
  end

  defp parse(tokens, literals) do
    for {key, value} <- [warning_file: nil, warnings: [], columns: true] do
      Process.put(:"elixir_parser_#{key}", value)
    end

    Process.put(:elixir_token_metadata, true)
    Process.put(:elixir_literal_encoder, literals && &encode/2)

    case apply(:reference_parser, :parse, [tokens]) do
      {:ok, tree} -> {:ok, tree}
      {:error, {{line, _, _}, _, message}} -> {:error, line, inspect(message)}
      {:error, {meta, _, message}} -> {:error, meta[:line], inspect(message)}
    end
  end

  # The smallest subterms that differ while all around them is the same, and the line of the node they are in.
  defp difference(left, right, line) when is_tuple(left) and is_tuple(right) and tuple_size(left) == tuple_size(right) do
    pairs(left, right, Tuple.to_list(left), Tuple.to_list(right), line_of(left, line))
  end

  defp difference([_ | _] = left, [_ | _] = right, line) do
    if length(left) == length(right), do: pairs(left, right, left, right, line), else: {:differ, line, left, right}
  end

  defp difference(left, right, line), do: {:differ, line, left, right}

  defp pairs(left, right, lefts, rights, line) do
    case Enum.zip(lefts, rights) |> Enum.filter(fn {a, b} -> a !== b end) do
      [{a, b} | _] -> difference(a, b, line)
      [] -> {:differ, line, left, right}
    end
  end

  defp line_of({_, meta, _}, line) when is_list(meta) do
    case List.keyfind(meta, :line, 0) do
      {:line, own} -> own
      _ -> line
    end
  end

  defp line_of(_, line), do: line
end
