# Holds the calls that Beamwright finds in sources against those that the compilers found in them: the abstract code that compiled
# modules keep (debug_info), before any optimisation. For Elixir that is the fully expanded code, where macros are gone.
#
#     elixir tests/truth/calls.exs NAME OURS BEAMS…       OURS: the output of `beamwright dump --stage calls` for the sources
#                                                         BEAMS: folders of .beam files
#     elixir tests/truth/calls.exs --defines BEAMS…       a rebar.config with the macros that they were compiled with
#
# Rules of counting. An edge runs from a written function to a module's function, once however often it is called; calls inside
# funs and comprehensions are their function's. Left out on both sides: BIFs that guards and operators may use, calls with nothing
# but dynamic targets (apply with unknown arguments, a fun's call), macros as callers and callees, and what compilers make
# themselves (module_info, __info__, __struct__ …). Elixir's inlining (elixir_rewrite) is applied to ours. Of several sources of
# one module the one that was compiled is read, and of several versions of one function (-if) likewise. Modules without a source in sight (parser generators, other languages) are told
# and left out; so is what a parse transform made in a module that has one, which is no source's.
#
# Prints for each language what is found, missing and invented, with the most frequent causes, and exits 1 below the targets.
defmodule Truth do
  import Bitwise, only: [&&&: 2]

  @targets %{erlang: {99.5, 0.5}, elixir: {97.0, 0.5}}
  @compiler_made ~w(module_info __info__ __struct__ behaviour_info __impl__ __protocol__ __deriving__ __using__ record_info)
  @examples 3
  @causes 14

  # The macros that the compiler was given, as the rebar.config that would give them: what a build's configuration decides.
  def main(["--defines" | places]) do
    defines = for place <- places, path <- beams(place), define <- defines(path), uniq: true, do: define
    IO.puts(:io_lib.format("~tp.", [{:erl_opts, defines}]))
  end

  def main([name, ours | places]) do
    truths = places |> Enum.flat_map(&beams/1) |> async(&read/1) |> Enum.filter(& &1) |> Enum.uniq_by(& &1.module)
    ours = ours(ours)
    {here, elsewhere} = Enum.split_with(truths, &Map.has_key?(ours, Atom.to_string(&1.module)))
    results = async(here, fn truth -> compare(truth, choose(ours[Atom.to_string(truth.module)], truth)) end)

    passed =
      for language <- [:erlang, :elixir], of_language = Enum.filter(results, &(&1.language == language)), of_language != [] do
        report(name, language, of_language, Enum.count(elsewhere, &(&1.language == language)))
      end

    unless passed != [] and Enum.all?(passed), do: System.halt(1)
  end

  defp async(list, fun) do
    list |> Task.async_stream(fun, timeout: :infinity, ordered: true) |> Enum.map(fn {:ok, result} -> result end)
  end

  # --- what the compilers say

  defp beams(place) do
    Path.wildcard(Path.join(place, "**/*.beam"))
  end

  defp read(path) do
    beam = String.to_charlist(path)

    with {:ok, {module, [debug_info: {:debug_info_v1, backend, data}]}} <- :beam_lib.chunks(beam, [:debug_info]) do
      truth = %{module: module, path: path, source: source(beam)}

      case {backend, data} do
        {:elixir_erl, {:elixir_v1, map, _specs}} -> Map.merge(truth, elixir(module, map))
        {:erl_abstract_code, {forms, _options}} when is_list(forms) -> Map.merge(truth, erlang(module, forms))
        _ -> nil
      end
    else
      _ -> nil
    end
  end

  defp defines(path) do
    with {:ok, {_, [debug_info: {:debug_info_v1, :erl_abstract_code, {_, options}}]}} <-
           :beam_lib.chunks(String.to_charlist(path), [:debug_info]) do
      for option <- options, is_tuple(option), elem(option, 0) == :d, do: option
    else
      _ -> []
    end
  end

  defp source(beam) do
    with {:ok, {_, [compile_info: info]}} <- :beam_lib.chunks(beam, [:compile_info]), do: to_string(info[:source] || ""), else: (_ -> "")
  end

  # -- Erlang's abstract format: https://www.erlang.org/doc/apps/erts/absform

  defp erlang(module, forms) do
    local = for {:function, _, name, arity, _} <- forms, into: MapSet.new(), do: {name, arity}
    imports = for {:attribute, _, :import, {from, list}} <- forms, {name, arity} <- list, into: %{}, do: {{name, arity}, from}
    scope = %{module: module, local: local, imports: imports}

    functions =
      for {:function, _, name, arity, clauses} = form <- forms, written?(name), into: %{} do
        function = %{edges: erlang_edges(clauses, scope, %{}), private: not exported?(forms, name, arity), lines: lines(form)}
        {{name, arity}, function}
      end

    %{language: :erlang, functions: functions, file: erlang_file(forms)}
  end

  defp lines(form) do
    :erl_parse.fold_anno(fn at, first..last -> min(first, line(at))..max(last, line(at)) end, line(elem(form, 1))..line(elem(form, 1)), form)
  end

  defp erlang_file(forms), do: Enum.find_value(forms, "", fn {:attribute, _, :file, {file, _}} -> to_string(file); _ -> nil end)

  defp exported?(forms, name, arity) do
    Enum.any?(forms, fn {:attribute, _, :export, list} -> {name, arity} in list; _ -> false end)
  end

  defp erlang_edges({:call, at, {:remote, _, {:atom, _, m}, {:atom, _, f}}, args}, scope, edges) do
    edges = erlang_edges(args, scope, edges)
    if m == :erlang and f == :apply, do: applied(args, at, scope, edges), else: edge(edges, m, f, length(args), at)
  end

  defp erlang_edges({:call, at, {:atom, _, f}, args}, scope, edges) do
    edges = erlang_edges(args, scope, edges)

    case erlang_local(f, length(args), scope) do
      :erlang when f == :apply -> applied(args, at, scope, edges)
      m -> edge(edges, m, f, length(args), at)
    end
  end

  defp erlang_edges({:fun, at, {:function, f, a}}, scope, edges), do: edge(edges, erlang_local(f, a, scope), f, a, at)

  defp erlang_edges({:fun, at, {:function, {:atom, _, m}, {:atom, _, f}, {:integer, _, a}}}, _scope, edges),
    do: edge(edges, m, f, a, at)

  defp erlang_edges({:op, at, :!, left, right}, scope, edges),
    do: edge(erlang_edges([left, right], scope, edges), :erlang, :send, 2, at)

  defp erlang_edges(term, scope, edges) when is_tuple(term), do: erlang_edges(Tuple.to_list(term), scope, edges)
  defp erlang_edges([head | tail], scope, edges), do: erlang_edges(tail, scope, erlang_edges(head, scope, edges))
  defp erlang_edges(_, _scope, edges), do: edges

  # apply(M, F, [A, B]) is what the compiler makes a call of.
  defp applied([{:atom, _, m}, {:atom, _, f}, list], at, _scope, edges) do
    case list_length(list, 0) do
      nil -> edges
      arity -> edge(edges, m, f, arity, at)
    end
  end

  defp applied(_, _, _, edges), do: edges

  defp list_length({nil, _}, n), do: n
  defp list_length({:cons, _, _, tail}, n), do: list_length(tail, n + 1)
  defp list_length(_, _), do: nil

  defp erlang_local(f, a, scope) do
    cond do
      MapSet.member?(scope.local, {f, a}) -> scope.module
      from = scope.imports[{f, a}] -> from
      true -> :erlang
    end
  end

  # -- Elixir's expanded code

  defp elixir(module, %{definitions: definitions} = map) do
    kinds = for {key, kind, _, _} <- definitions, into: %{}, do: {key, kind}

    functions =
      for {{name, _} = key, kind, _, clauses} <- definitions, kind in [:def, :defp], written?(name), into: %{} do
        code = for {_, args, guards, body} <- clauses, do: [args, guards, body]
        {key, %{edges: elixir_edges(code, {module, kinds}, %{}), private: kind == :defp}}
      end

    %{language: :elixir, functions: functions, file: to_string(map[:file] || "")}
  end

  defp elixir_edges({{:., _, [m, f]}, meta, args}, scope, edges) when is_atom(m) and is_atom(f) and is_list(args) do
    edges = elixir_edges(args, scope, edges)

    case {m, f, args} do
      {:erlang, :apply, [m, f, list]} when is_atom(m) and is_atom(f) and is_list(list) ->
        if improper?(list), do: edges, else: edge(edges, m, f, length(list), meta)

      {:erlang, :apply, _} ->
        edges

      _ ->
        edge(edges, m, f, length(args), meta)
    end
  end

  defp elixir_edges({:&, meta, [{:/, _, [{{:., _, [m, f]}, _, []}, arity]}]}, scope, edges) do
    if is_atom(m) and is_atom(f), do: edge(edges, m, f, arity, meta), else: elixir_edges(m, scope, edges)
  end

  defp elixir_edges({:&, meta, [{:/, _, [{f, _, context}, arity]}]}, {module, _}, edges) when is_atom(f) and is_atom(context),
    do: edge(edges, module, f, arity, meta)

  # super, and the short forms of a function with default arguments.
  defp elixir_edges({:super, meta, args}, {module, _} = scope, edges) when is_list(args) do
    edges = elixir_edges(args, scope, edges)

    case meta[:super] do
      {_kind, name} when is_atom(name) -> edge(edges, module, name, length(args), meta)
      _ -> edges
    end
  end

  # The type of a binary's segment is no call.
  defp elixir_edges({:<<>>, _, segments}, scope, edges) do
    Enum.reduce(segments, edges, fn
      {:"::", _, [value, _]}, edges -> elixir_edges(value, scope, edges)
      other, edges -> elixir_edges(other, scope, edges)
    end)
  end

  defp elixir_edges({name, meta, args}, {module, kinds} = scope, edges) when is_atom(name) and is_list(args) do
    edges = elixir_edges(args, scope, edges)
    if is_map_key(kinds, {name, length(args)}), do: edge(edges, module, name, length(args), meta), else: edges
  end

  defp elixir_edges({name, _, context}, _, edges) when is_atom(name) and is_atom(context), do: edges
  defp elixir_edges(term, scope, edges) when is_tuple(term), do: elixir_edges(Tuple.to_list(term), scope, edges)
  defp elixir_edges([head | tail], scope, edges), do: elixir_edges(tail, scope, elixir_edges(head, scope, edges))
  defp elixir_edges(_, _, edges), do: edges

  defp improper?([{:|, _, _}]), do: true
  defp improper?([_ | tail]), do: improper?(tail)
  defp improper?(_), do: false

  # -- edges of both

  defp edge(edges, m, f, a, at) do
    if counts?(m, f, a), do: Map.put_new(edges, {m, f, a}, line(at)), else: edges
  end

  defp line(meta) when is_list(meta), do: meta[:line] || 0
  defp line(at), do: :erl_anno.line(at)

  defp counts?(:erlang, f, a), do: not (operator?(f, a) or f == :apply) and written?(f)
  defp counts?(_, f, _), do: written?(f)

  defp operator?(f, a) do
    :erl_internal.guard_bif(f, a) or :erl_internal.arith_op(f, a) or :erl_internal.bool_op(f, a) or :erl_internal.comp_op(f, a) or
      :erl_internal.list_op(f, a) or {f, a} in [{:andalso, 2}, {:orelse, 2}]
  end

  defp written?(name) when is_atom(name), do: name |> Atom.to_string() |> written?()

  defp written?(text) do
    text not in @compiler_made and not String.starts_with?(text, "MACRO-") and
      not (String.starts_with?(text, "-") and String.ends_with?(text, "-") and byte_size(text) > 2) and not String.contains?(text, "(overridable")
  end

  # --- what we say: by module and file, its functions and their edges

  defp ours(path) do
    path
    |> File.stream!([], :line)
    |> Enum.reduce({%{}, nil}, fn line, {ours, key} ->
      [caller, callee, place | flags] = line |> String.trim_trailing("\n") |> String.split("\t")
      {module, function} = split(caller)
      [file, number] = split_last(place, ":")
      flags = flags |> Enum.join() |> String.split(",")

      case callee do
        "-" ->
          key = {module, if("used" in flags, do: :used, else: file)}
          {put_function(ours, key, function, flags), key}

        _ ->
          {put_edge(ours, key, function, split(callee), String.to_integer(number), flags), key}
      end
    end)
    |> elem(0)
    |> Enum.group_by(fn {{module, _}, _} -> module end, fn {{_, file}, functions} -> {file, functions} end)
  end

  defp put_function(ours, key, function, flags) do
    Map.update(ours, key, %{function => new(flags)}, &Map.put_new(&1, function, new(flags)))
  end

  defp new(flags) do
    %{edges: %{}, macro: "macro" in flags, private: "private" in flags, macros: %{}, transformed: "transformed" in flags}
  end

  defp put_edge(ours, {module, _} = key, function, callee, line, flags) do
    slot = cond do
      "macro" in flags -> :macros
      "possible" in flags -> nil
      true -> :edges
    end

    callee = if slot == :edges, do: inlined(callee, module, flags), else: callee
    if slot == nil or callee == nil, do: ours, else: put_in(ours, [key, function, slot, callee], line)
  end

  # The callee after Elixir's own inlining, or nil where it does not count.
  defp inlined({m, {f, a}}, caller, flags) do
    callee = {String.to_atom(m), String.to_atom(f), a}
    elixir = String.starts_with?(caller, "Elixir.") and (m != caller or m == "Elixir.Kernel") and "implied" not in flags
    {m, f, a} = if elixir, do: rewritten(callee, "capture" in flags), else: callee
    if counts?(m, f, a), do: {m, f, a}, else: nil
  end

  # elixir_rewrite has functions that keep their arguments, in calls and captures, and others that put them in another order.
  defp rewritten({m, f, a}, captured) do
    case :elixir_rewrite.inline(m, f, a) do
      {m, f} ->
        {m, f, a}

      false when captured ->
        {m, f, a}

      false ->
        {{:., _, [m, f]}, _, args} = :elixir_rewrite.rewrite(m, [], f, [], for(n <- 1..a//1, do: {:"x#{n}", [], nil}))
        {m, f, length(args)}
    end
  end

  defp split(mfa) do
    [module, rest] = split_module(mfa)
    [name, arity] = split_last(rest, "/")
    {module, {name, String.to_integer(arity)}}
  end

  # A module's name has no colon; a function's may.
  defp split_module(mfa), do: String.split(mfa, ":", parts: 2)

  defp split_last(text, separator) do
    {at, _} = text |> :binary.matches(separator) |> List.last()
    [binary_part(text, 0, at), binary_part(text, at + 1, byte_size(text) - at - 1)]
  end

  # Of several files that define the module the one whose path is most like the compiled one's; and what it gets by `use`.
  defp choose(candidates, truth) do
    {used, candidates} = Enum.split_with(candidates, fn {file, _} -> file == :used end)
    Enum.reduce(used, written(candidates, truth), fn {_, functions}, all -> Map.merge(functions, all) end)
  end

  defp written([], _truth), do: %{}
  defp written([{_, functions}], _truth), do: functions

  defp written(candidates, truth) do
    told = truth.source <> "/" <> truth.file <> "/" <> to_string(truth.path)
    parts = told |> Path.split() |> Enum.flat_map(&[&1, hd(String.split(&1, "-"))]) |> MapSet.new()
    {_, functions} = Enum.max_by(candidates, fn {file, _} -> Enum.count(Path.split(file), &MapSet.member?(parts, &1)) end)
    functions
  end

  # --- comparison

  defp compare(truth, functions) do
    theirs = for {{name, arity}, function} <- truth.functions, into: %{}, do: {{Atom.to_string(name), arity}, function}

    transformed = Enum.any?(functions, fn {_, f} -> f.transformed end)
    {unknown, theirs} = if transformed, do: untransformed(theirs, functions), else: {0, theirs}

    missing =
      for {key, function} <- theirs, {callee, line} <- function.edges, not is_map_key(edges(functions[key]), callee) do
        %{caller: {truth.module, key}, callee: callee, line: line, cause: why_missing(truth, key, functions[key], callee, line)}
      end

    functions = Map.new(functions, fn {key, function} -> {key, compiled(function, theirs[key])} end)

    invented =
      for {{name, _} = key, function} <- functions, written?(name), not function.macro, {callee, line} <- function.edges, invented?(theirs[key], function, callee) do
        %{caller: {truth.module, key}, callee: callee, line: line, cause: why_invented(truth, theirs[key], callee, line)}
      end

    %{
      language: truth.language,
      edges: count(theirs),
      ours: functions |> Enum.map(fn {{name, _}, f} -> if f.macro or not written?(name), do: 0, else: map_size(f.edges) end) |> Enum.sum(),
      missing: missing,
      invented: invented,
      unknown: unknown
    }
  end

  # A source may have a function twice, of which `-if(?OTP_RELEASE >= …)` takes one. Where another release compiled it than the one
  # we read for, what we read does not lie in the lines of the function that was compiled, and says nothing about it.
  defp compiled(ours, %{lines: lines}), do: %{ours | edges: Map.filter(ours.edges, fn {_, line} -> line in lines end)}
  defp compiled(ours, _), do: ours

  # What a parse transform made is not written anywhere: functions of its own, and edges of a function that nobody wrote there.
  defp untransformed(theirs, functions) do
    kept =
      for {key, function} <- theirs, is_map_key(functions, key), into: %{} do
        {key, %{function | edges: Map.filter(function.edges, fn {callee, _} -> is_map_key(functions[key].edges, callee) end)}}
      end

    {count(theirs) - count(kept), kept}
  end

  defp count(functions), do: functions |> Enum.map(fn {_, f} -> map_size(f.edges) end) |> Enum.sum()

  defp edges(nil), do: %{}
  defp edges(function), do: function.edges

  # A private function that nobody calls is dropped by Elixir's compiler: what we found in it is not wrong.
  defp invented?(nil, ours, _callee), do: not ours.private
  defp invented?(theirs, _ours, callee), do: not is_map_key(theirs.edges, callee)

  defp why_missing(_, _, nil, _, _), do: "a function that is not written: made by a macro" 

  defp why_missing(_, _, ours, {m, f, a}, line) do
    macros = for {{module, {name, arity}}, ^line} <- ours.macros, do: "#{module}.#{name}/#{arity}"
    others = for {{_, ^f, ^a} = other, ^line} <- ours.edges, do: other

    cond do
      macros != [] -> "the macro #{hd(macros)}"
      others != [] -> "found as #{show(hd(others))}"
      true -> "#{show({m, f, a})}"
    end
  end

  defp why_invented(_, nil, _, _), do: "a function that was not compiled"

  defp why_invented(_, theirs, {_, f, a} = callee, line) do
    others = for {{_, ^f, ^a} = other, ^line} <- theirs.edges, do: other
    if others != [], do: "is #{show(hd(others))}, found as #{show(callee)}", else: "#{show(callee)}"
  end

  defp show({m, f, a}), do: "#{inspect(m)}.#{f}/#{a}"
  defp show_caller({m, {name, arity}}), do: "#{inspect(m)}.#{name}/#{arity}"

  # --- the report

  defp report(name, language, results, elsewhere) do
    {found_target, invented_target} = @targets[language]
    edges = results |> Enum.map(& &1.edges) |> Enum.sum()
    ours = results |> Enum.map(& &1.ours) |> Enum.sum()
    missing = Enum.flat_map(results, & &1.missing)
    invented = Enum.flat_map(results, & &1.invented)
    found = 100 * (edges - length(missing)) / max(edges, 1)
    wrong = 100 * length(invented) / max(ours, 1)
    causes("missing", missing)
    causes("invented", invented)
    unknown = results |> Enum.map(& &1.unknown) |> Enum.sum()
    good = edges > 0 and found >= found_target and wrong <= invented_target

    IO.puts(
      "#{name} #{language}: #{length(results)} modules (#{elsewhere} without a source in sight), #{edges} edges, " <>
        "#{percent(found)} found, #{length(missing)} missing, #{length(invented)} invented (#{percent(wrong)} of ours)" <>
        if(unknown > 0, do: ", #{unknown} left out that parse transforms made", else: "") <>
        if(good, do: "", else: "; TARGET MISSED: #{found_target} % found, #{invented_target} % invented")
    )

    good
  end

  defp causes(what, rows) do
    groups = rows |> Enum.group_by(& &1.cause) |> Enum.sort_by(fn {cause, rows} -> {-length(rows), cause} end)

    for {cause, rows} <- Enum.take(groups, limit()) do
      examples = for row <- Enum.take(rows, @examples), do: "#{show_caller(row.caller)} line #{row.line} → #{show(row.callee)}"
      IO.puts("  #{what} #{length(rows)}: #{cause}; as #{Enum.join(examples, ", ")}")
    end
  end

  # More causes for whoever looks for them.
  defp limit, do: String.to_integer(System.get_env("BW_CAUSES", "#{@causes}")) &&& 0xFFFF

  defp percent(number), do: :erlang.float_to_binary(number / 1, decimals: 2) <> " %"
end

Truth.main(System.argv())
