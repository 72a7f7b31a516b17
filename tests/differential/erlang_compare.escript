#!/usr/bin/env escript
%% -*- erlang -*-
%%! +S 2 -noinput
%% Compares what Beamwright reads from Erlang files with what the compiler's own erl_scan and epp read.
%%
%%   escript erlang_compare.escript [--show N] [--unequal LIST] DUMPER FOLDER_OR_FILE ...
%%
%% Every .erl and .hrl file below the folders is read by one run of DUMPER (the program erlang_dump) and by this runtime's compiler,
%% as tokens (kind, value, text, line and column) and as forms (with line and column). A file that the compiler rejects must get a
%% diagnostic on the same line, and every form that the compiler understood must be ours. For each mismatch the smallest differing
%% subterm is printed. LIST (unequal.txt) names the files that cannot be equal, with the reason. The last line is the summary; the
%% exit status is 1 when a file is unequal that the list does not hold, or equal that it holds.
-mode(compile).

main(Args) -> run(Args, 40, []).

run(["--show", N | Args], _, Unequal) -> run(Args, list_to_integer(N), Unequal);
run(["--unequal", List | Args], Show, _) -> run(Args, Show, unequal(List));
run([Dumper | [_ | _] = Roots], Show, Unequal) ->
    Here = filename:dirname(escript:script_name()),
    [load(filename:join(Here, Module)) || Module <- ["erlang_reading", "erlang_headers"]],
    Index = erlang_headers:index(Roots),
    Files = lists:usort(lists:append([files(R) || R <- Roots])),
    Port = erlang_reading:start(Dumper),
    put(show, Show),
    Verdicts = [one(File, Port, Index, Unequal) || File <- Files],
    Bytes = lists:sum([filelib:file_size(F) || F <- Files]),
    Count = fun(Verdict) -> length([V || V <- Verdicts, V =:= Verdict]) end,
    io:format("~b files equal in tokens and forms, ~b rejected by both on the same line, ~b equal but for missing headers, "
              "~b unequal for a known reason, ~b unequal, ~b listed without need; ~b bytes~n",
              [Count(equal), Count(rejected), Count(missing), Count(listed), Count(unequal), Count(needless), Bytes]),
    halt(case Count(unequal) + Count(needless) of 0 -> 0; _ -> 1 end);
run(_, _, _) ->
    io:format("usage: erlang_compare.escript [--show N] [--unequal LIST] DUMPER FOLDER_OR_FILE ...~n"),
    halt(2).

load(Path) ->
    {ok, Module, Code} = compile:file(Path, [binary, return_errors]),
    {module, Module} = code:load_binary(Module, Path, Code).

%% The lines "erlang<TAB>path suffix<TAB>reason".
unequal(List) ->
    {ok, Text} = file:read_file(List),
    [{binary_to_list(Suffix), Reason}
     || Line <- binary:split(Text, <<"\n">>, [global]), [<<"erlang">>, Suffix, Reason] <- [binary:split(Line, <<"\t">>, [global])]].

files(Root) ->
    case filelib:is_dir(Root) of
        true -> filelib:fold_files(Root, "\\.[eh]rl$", true, fun(F, Acc) -> [F | Acc] end, []);
        false -> [Root]
    end.

one(File, Port, Index, Unequal) ->
    {Path, Ours} = ours(File, Port, erlang_headers:usual(File), Index),
    Theirs = erlang_reading:theirs(File, Path),
    Listed = [Reason || {Suffix, Reason} <- Unequal, lists:suffix("/" ++ Suffix, File)],
    case {erlang_reading:judge(File, Theirs, Ours), Listed} of
        {{unequal, dumper_died, Status}, _} ->
            io:format("~ts: the dumper died with ~p~n", [File, Status]),
            halt(1);
        {{unequal, Kind, Details}, []} ->
            case get(show) of
                0 -> ok;
                N -> put(show, N - 1), erlang_reading:show(File, Kind, Details)
            end,
            unequal;
        {{unequal, _, _}, _} -> listed;
        {_, [_ | _]} ->
            io:format("~ts: equal, but listed as unequal~n", [File]),
            needless;
        {Verdict, []} -> Verdict
    end.

%% Reads again with more folders as long as headers are missing.
ours(File, Port, Path, Index) ->
    case erlang_reading:ours(Port, File, Path) of
        {_, _, _, _, _, [_ | _] = Missing} = Ours ->
            case erlang_headers:more(File, Missing, Path, Index) of
                [] -> {Path, Ours};
                More -> ours(File, Port, Path ++ More, Index)
            end;
        Ours -> {Path, Ours}
    end.
