#!/usr/bin/env escript
%% -*- erlang -*-
%%! +S 2 -noinput
%% Compares what Beamwright reads from Erlang files with what the compiler's own epp and erl_scan read.
%%
%%   escript erlang_compare.escript DUMPER [--tokens] [--show N] FOLDER_OR_FILE ...
%%
%% Every .erl file below the folders is read by one run of DUMPER (the program erlang_dump) and by epp:parse_file. Include paths
%% are those a build would use: the file's own folder (epp's rule), ../include, the folders `include` and `src` of the application,
%% the folder that holds sibling applications. For each mismatch the file and the smallest differing subterm are printed. The last
%% line is the summary; the exit status is 1 when anything differs.
-mode(compile).

-record(count, {equal = 0, differ = 0, rejected = 0, same_line = 0, missing = 0, only_ours = 0, only_theirs = 0, bytes = 0}).

main([Dumper | Args0]) ->
    {Mode, Args1} = case lists:member("--tokens", Args0) of
                        true -> {tokens, Args0 -- ["--tokens"]};
                        false -> {forms, Args0}
                    end,
    {Show, Roots} = case Args1 of
                        ["--show", N | Rest] -> {list_to_integer(N), Rest};
                        _ -> {40, Args1}
                    end,
    Files = lists:usort(lists:append([erl_files(R) || R <- Roots])),
    Release = erlang:system_info(otp_release),
    Port = open_port({spawn_executable, Dumper},
                     [{args, [atom_to_list(Mode), Release, code:lib_dir()]}, {packet, 4}, binary, exit_status, use_stdio]),
    put(show, Show),
    Count = compare_all(Files, Mode, Port),
    #count{equal = E, differ = D, rejected = R, same_line = L, missing = M, only_ours = O, only_theirs = T, bytes = B} = Count,
    io:format("~b files equal, ~b differ, ~b rejected by both (~b on the same line), ~b rejected only by us, "
              "~b rejected only by the compiler, ~b with missing headers equal but for them, ~b bytes~n", [E, D, R, L, O, T, M, B]),
    halt(case D + O + T of 0 -> 0; _ -> 1 end);
main(_) ->
    io:format("usage: erlang_compare.escript DUMPER [--tokens] [--show N] FOLDER_OR_FILE ...~n"),
    halt(2).

erl_files(Root) ->
    case filelib:is_dir(Root) of
        true -> filelib:fold_files(Root, "\\.erl$", true, fun(F, Acc) -> [F | Acc] end, []);
        false -> [Root]
    end.

compare_all(Files, Mode, Port) ->
    %% The dumper and the compiler read a file at the same time.
    lists:foldl(fun(File, Count) ->
                        Path = include_path(File),
                        true = port_command(Port, lists:join("\t", [File | Path])),
                        {_, Ref} = spawn_monitor(fun() -> exit({theirs, theirs(Mode, File, Path)}) end),
                        Ours = receive {Port, {data, Data}} -> binary_to_term(Data);
                                       {Port, {exit_status, S}} -> io:format("~ts: the dumper died with ~p~n", [File, S]), halt(1)
                               end,
                        Theirs = receive {'DOWN', Ref, _, _, {theirs, Answer}} -> Answer;
                                         {'DOWN', Ref, _, _, Crash} -> {crash, Crash}
                                 end,
                        compare(Mode, File, Ours, Theirs, Count#count{bytes = Count#count.bytes + filelib:file_size(File)})
                end, #count{}, Files).

include_path(File) ->
    Dir = filename:dirname(File),
    App = filename:dirname(Dir),
    Siblings = filename:dirname(App),
    [filename:join(App, "include"), filename:join(App, "src"), filename:join(Dir, "include"), App, Siblings,
     filename:join(Siblings, "deps")].

theirs(forms, File, Path) ->
    case epp:parse_file(File, [{includes, Path}, {location, {1, 1}}]) of
        {ok, Forms} -> {ok, Forms};
        Error -> Error
    end;
theirs(tokens, File, _Path) ->
    {ok, Binary} = file:read_file(File),
    Encoding = case epp:read_encoding(File) of
                   none -> utf8;
                   E -> E
               end,
    Text = case unicode:characters_to_list(Binary, Encoding) of
               List when is_list(List) -> List;
               _ -> binary_to_list(Binary)
           end,
    case erl_scan:string(Text, {1, 1}, [{reserved_word_fun, fun erl_scan:f_reserved_word/1}]) of
        {ok, Tokens, _} -> {ok, Tokens};
        {error, Info, _} -> {scan_error, Info}
    end.

compare(_, File, _, {crash, Crash}, Count) ->
    io:format("~ts: the compiler's reader failed: ~P~n", [File, Crash, 12]),
    Count#count{rejected = Count#count.rejected + 1};
compare(tokens, File, {_, Ours, Diagnostics, _}, Theirs, Count) ->
    case Theirs of
        {ok, Ours} when Diagnostics =:= [] -> Count#count{equal = Count#count.equal + 1};
        {ok, Tokens} -> differ(File, Ours, Tokens, Diagnostics, Count);
        {scan_error, {{Line, _}, _, _}} -> rejected(File, {File, Line}, Diagnostics, Count)
    end;
compare(forms, File, {_, Ours, Diagnostics, Missing}, {ok, Theirs0}, Count) ->
    Theirs1 = [F || F <- Theirs0, element(1, F) =/= warning],
    Missed = [E || {error, {_, epp, {include, _, _}}} = E <- Theirs1],
    Errors = [E || {error, _} = E <- Theirs1] -- Missed,
    if
        Missed =/= [] ->
            %% The compiler stops understanding where a header is missing: what it did understand must be equal.
            GivenUp = [E || {error, {_, epp, cannot_parse}} = E <- Errors] =/= [],
            Understood = [F || F <- Theirs1, element(1, F) =/= error, element(1, F) =/= eof orelse not GivenUp],
            Lost = normal(Understood) -- normal(Ours),
            case Lost of
                [] when Missing =/= [] -> Count#count{missing = Count#count.missing + 1};
                _ -> differ(File, normal(Ours) -- normal(Understood), Lost, Diagnostics, Count)
            end;
        Errors =/= [] ->
            rejected(File, place(File, hd(Errors), Theirs1), Diagnostics, Count);
        Diagnostics =/= [] ->
            io:format("~ts: only we reject it: ~p~n", [File, hd(Diagnostics)]),
            Count#count{only_ours = Count#count.only_ours + 1};
        Ours =:= Theirs1 ->
            Count#count{equal = Count#count.equal + 1};
        true ->
            case {normal(Ours), normal(Theirs1)} of
                {Same, Same} -> Count#count{equal = Count#count.equal + 1};
                {A, B} -> differ(File, A, B, Diagnostics, Count)
            end
    end;
compare(forms, File, _, Error, Count) ->
    io:format("~ts: the compiler cannot open it: ~p~n", [File, Error]),
    Count.

%% Annotations as locations only: epp marks generated -file attributes and keeps the text of some quoted atoms.
normal(Forms) ->
    [normal_form(F) || F <- Forms].

normal_form({attribute, A, file, V}) -> {attribute, location(A), file, V};
normal_form({eof, _} = F) -> F;
normal_form({error, _} = F) -> F;
normal_form(F) -> erl_parse:map_anno(fun location/1, F).

location(A) -> erl_anno:location(A).

rejected(File, {ErrorFile, Line}, Diagnostics, Count0) ->
    Count = Count0#count{rejected = Count0#count.rejected + 1},
    case [D || {F, L, _, _} = D <- Diagnostics, F =:= ErrorFile, L =:= Line] of
        [_ | _] -> Count#count{same_line = Count#count.same_line + 1};
        [] when Diagnostics =:= [] ->
            io:format("~ts: only the compiler rejects it, in ~ts line ~p~n", [File, ErrorFile, Line]),
            Count0#count{only_theirs = Count0#count.only_theirs + 1};
        [] ->
            io:format("~ts: rejected in ~ts line ~p, by us: ~p~n", [File, ErrorFile, Line, hd(Diagnostics)]),
            Count
    end.

%% The file and line of an error: the -file attribute last given tells the file.
place(File, Error, Forms) ->
    {error, Info} = Error,
    Line = case element(1, Info) of
               {L, _} -> L;
               L -> L
           end,
    {_, In} = lists:foldl(fun(F, {searching, _}) when F =:= Error -> {found, get(current)};
                             ({attribute, _, file, {Name, _}}, {searching, _}) -> put(current, Name), {searching, Name};
                             (_, Acc) -> Acc
                          end, {searching, File}, Forms),
    {case In of undefined -> File; _ -> In end, Line}.

differ(File, Ours, Theirs, Diagnostics, Count) ->
    case get(show) of
        0 -> ok;
        N ->
            put(show, N - 1),
            {A, B} = smallest(Ours, Theirs),
            io:format("~ts differs:~n  ours:   ~tP~n  theirs: ~tP~n", [File, A, 30, B, 30]),
            [io:format("  ~p~n", [D]) || D <- lists:sublist(Diagnostics, 2)]
    end,
    Count#count{differ = Count#count.differ + 1}.

%% Walks down while exactly one pair of parts differs.
smallest(A, B) when is_tuple(A), is_tuple(B), tuple_size(A) =:= tuple_size(B) ->
    case [P || {X, Y} = P <- lists:zip(tuple_to_list(A), tuple_to_list(B)), X =/= Y] of
        [{X, Y} | _] when is_tuple(X); is_list(X) ->
            case smallest(X, Y) of
                {X1, Y1} when is_tuple(X1); is_list(X1); is_tuple(Y1); is_list(Y1) -> {X1, Y1};
                _ -> {A, B}
            end;
        _ -> {A, B}
    end;
smallest([X | A], [X | B]) -> smallest(A, B);
smallest([X | _], [Y | _]) -> smallest(X, Y);
smallest(A, B) -> {A, B}.
