# Holds every OTP and Elixir row of knowledge/ against the modules of the virtual machine that runs this script: the module exists,
# the function, macro or callback is exported with that arity, argument positions lie within it. A row whose since= or until= says
# that this machine's version does not have it is excused, and must then really be missing. Prints each fault with file and
# line and exits 1; the last line sums up.
#
#     elixir tests/knowledge/exports.exs knowledge
defmodule Exports do
  @kinds ~w(function macro callback behaviour)
  @positions ~w(timeout delay target message closure mfa module name child text from state input)

  # Callbacks that the documentation names but the module's own behaviour_info leaves out.
  @documented [
    {:application, :prep_stop, 1},
    {:application, :start_phase, 3},
    {:application, :config_change, 3}
  ]

  # Modules of applications that distributions package apart from OTP: excused where they are not installed.
  @packaged_apart [:wx_object]

  def main([folder]) do
    rows = for path <- files(folder), row <- rows(path), do: row
    outcomes = Enum.map(rows, fn row -> {row, check(row)} end)
    faults = for {row, {:fault, what}} <- outcomes, do: "#{row.place}: #{row.what}: #{what}"
    excused = Enum.count(outcomes, fn {_, outcome} -> outcome == :excused end)
    Enum.each(faults, &IO.puts/1)
    IO.puts("#{length(rows)} rows, #{excused} excused by version, #{length(faults)} faults " <>
      "(OTP #{otp()}, Elixir #{System.version()})")
    if faults != [] or rows == [], do: System.halt(1)
  end

  defp files(folder) do
    Enum.sort(Path.wildcard(Path.join(folder, "otp_*.tsv")) ++ Path.wildcard(Path.join(folder, "elixir_*.tsv")))
  end

  defp rows(path) do
    for {line, number} <- Enum.with_index(File.stream!(path), 1), row = row(path, number, String.split(line)), do: row
  end

  defp row(path, number, [kind, what | rest]) when kind in @kinds do
    fields = rest |> Enum.take_while(&(not String.starts_with?(&1, "source="))) |> Enum.map(&field/1) |> Map.new()
    %{place: "#{path}:#{number}", kind: kind, what: what, fields: fields}
  end

  defp row(path, number, ["module" | names]), do: %{place: "#{path}:#{number}", kind: "module", what: Enum.join(names, " "), fields: %{}}
  defp row(_path, _number, _other), do: nil

  defp field(text) do
    case String.split(text, "=", parts: 2) do
      [key, value] -> {key, value}
      [key] -> {key, true}
    end
  end

  defp check(row) do
    if apart?(row), do: :excused, else: check_installed(row)
  end

  defp apart?(%{kind: "module"}), do: false
  defp apart?(%{kind: "behaviour", what: name}), do: module(name) in @packaged_apart and not loads?(module(name))

  defp apart?(%{what: what}) do
    {module, _, _} = mfa(what)
    module in @packaged_apart and not loads?(module)
  end

  defp check_installed(%{kind: "module", what: names}) do
    case Enum.reject(String.split(names), &loads?(module(&1))) do
      [] -> :ok
      missing -> {:fault, "no such module: #{Enum.join(missing, ", ")}"}
    end
  end

  defp check_installed(%{kind: "behaviour", what: name}) do
    if behaviour?(module(name)) or used?(module(name)), do: :ok, else: {:fault, "neither a behaviour nor made for use"}
  end

  defp check_installed(%{kind: kind, what: what, fields: fields} = row) do
    {module, name, arities} = mfa(what)
    missing = Enum.reject(arities, &exported?(kind, module, name, &1))
    newer = excused?(fields)

    cond do
      newer and length(missing) == length(arities) -> :excused
      newer -> {:fault, "is there, though #{inspect(Map.take(fields, ["since", "until"]))} says it is not"}
      not loads?(module) -> {:fault, "no such module"}
      missing != [] -> {:fault, "not exported with arity #{Enum.join(missing, ", ")}; there are #{there(kind, module, name)}"}
      true -> positions(row, Enum.max(arities))
    end
  end

  defp positions(%{fields: fields}, arity) do
    beyond = for key <- @positions, value <- [fields[key]], is_binary(value), last(value) > arity, do: key
    if beyond == [], do: :ok, else: {:fault, "position beyond the arity: #{Enum.join(beyond, ", ")}"}
  end

  # input=3 is a position in a callback and a kind of input, a word, in a function.
  defp last(value) do
    value |> String.split(",") |> Enum.map(&Integer.parse/1) |> Enum.map(fn {n, ""} -> n; _ -> 0 end) |> Enum.max()
  end

  defp excused?(%{"since" => since}), do: Version.compare(version(since), running(since)) == :gt
  defp excused?(%{"until" => until}), do: Version.compare(version(until), running(until)) != :gt
  defp excused?(_), do: false

  defp version(word) do
    [_, numbers] = Regex.run(~r/^[a-z]+([0-9.]+)$/, word)
    pad(numbers)
  end

  defp running("otp" <> _), do: pad(otp())
  defp running("elixir" <> _), do: System.version()

  defp pad(numbers) do
    (String.split(numbers, ".") ++ ["0", "0"]) |> Enum.take(3) |> Enum.join(".")
  end

  defp otp do
    path = Path.join([:code.root_dir(), "releases", :erlang.system_info(:otp_release), "OTP_VERSION"])

    case File.read(path) do
      {:ok, text} -> text |> String.trim() |> String.trim_trailing("**")
      {:error, _} -> to_string(:erlang.system_info(:otp_release))
    end
  end

  defp exported?("callback", module, name, arity), do: behaviour?(module) and {name, arity} in callbacks(module)
  defp exported?("macro", module, name, arity), do: elixir?(module) and {name, arity} in module.__info__(:macros)
  defp exported?(_, module, name, arity), do: loads?(module) and {name, arity} in functions(module)

  defp there(kind, module, name) do
    all = if kind == "callback", do: callbacks(module), else: functions(module)
    for {^name, arity} <- all, do: "#{arity} "
  end

  defp behaviour?(module), do: loads?(module) and function_exported?(module, :behaviour_info, 1)

  defp callbacks(module) do
    documented = for {^module, name, arity} <- @documented, do: {name, arity}
    if behaviour?(module), do: documented ++ module.behaviour_info(:callbacks), else: []
  end

  # Task and Agent have no callbacks of their own, but `use Task` makes a module one that starts such a process.
  defp used?(module), do: elixir?(module) and {:__using__, 1} in module.__info__(:macros)

  # Some functions of :erlang and all of Kernel's inlined ones are built in; module_info lists them all the same.
  defp functions(module), do: if(loads?(module), do: module.module_info(:exports), else: [])
  defp elixir?(module), do: loads?(module) and function_exported?(module, :__info__, 1)
  defp loads?(module), do: match?({:module, _}, :code.ensure_loaded(module))

  defp module(<<first, _::binary>> = text) when first in ?A..?Z, do: Module.concat([text])
  defp module(text), do: String.to_atom(text)

  defp mfa(<<first, _::binary>> = text) do
    [_, head, arity] = Regex.run(~r/^(.*)\/([0-9.]+)$/, text)
    split = if first in ?A..?Z, do: ~r/^(.*)\.([^.]+)$/, else: ~r/^([^:]+):(.+)$/
    [_, module, name] = Regex.run(split, head)
    {module(module), String.to_atom(name), arities(String.split(arity, ".."))}
  end

  defp arities([one]), do: [String.to_integer(one)]
  defp arities([low, high]), do: Enum.to_list(String.to_integer(low)..String.to_integer(high))
end

Exports.main(System.argv())
