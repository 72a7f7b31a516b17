%% What the compiler's own erl_scan and epp read from a file, and how that is compared with what Beamwright read: shared by
%% erlang_compare.escript and erlang_mutations.escript, which compile it when they start.
-module(erlang_reading).
-export([start/1, start/2, ours/3, ours/4, theirs/2, judge/3, show/3]).

%% One dumper process for the whole run, at the level of a release; of the one that runs this where none is given.
start(Dumper) -> start(Dumper, erlang:system_info(otp_release)).
start(Dumper, Release) ->
    open_port({spawn_executable, Dumper},
              [{args, [Release, code:lib_dir()]}, {packet, 4}, binary, exit_status, use_stdio]).

%% What Beamwright reads: {Path, Tokens, TokenErrors, Forms, Errors, MissingHeaders}. Given a text, it goes under the file's name.
ours(Port, File, Path) -> answer(Port, names(File, Path)).
ours(Port, File, Path, Text) -> answer(Port, [names(File, Path), "\n", Text]).

names(File, Path) -> unicode:characters_to_binary(lists:join("\t", [File | Path])).

answer(Port, Request) ->
    port_command(Port, Request),
    receive
        {Port, {data, Data}} -> binary_to_term(Data);
        {Port, {exit_status, Status}} -> {dumper_died, Status}
    end.

%% {Tokens, Forms} of the compiler; in a process of its own, since it crashes on some texts.
theirs(File, Path) ->
    {_, Ref} = spawn_monitor(fun() ->
                                     {ok, Binary} = file:read_file(File),
                                     exit({theirs, tokens(Binary), forms(File, Path)})
                             end),
    receive
        {'DOWN', Ref, _, _, {theirs, Tokens, Forms}} -> {Tokens, Forms};
        {'DOWN', Ref, _, _, Crash} -> {crash, Crash}
    end.

tokens(Binary) ->
    case unicode:characters_to_list(Binary, encoding(Binary)) of
        List when is_list(List) ->
            case erl_scan:string(List, {1, 1}, [text, {reserved_word_fun, fun erl_scan:f_reserved_word/1}]) of
                {ok, Tokens, _} -> {ok, [token(T) || T <- Tokens]};
                {error, {Location, _, _}, _} -> {rejected, line(Location)}
            end;
        _ -> undecodable
    end.

%% As epp takes it: UTF-8 where nothing else is said.
encoding(Binary) ->
    case epp:read_encoding_from_binary(Binary) of
        none -> utf8;
        Encoding -> Encoding
    end.

token({Category, Anno}) -> token({Category, Anno, none});
token({Category, Anno, Symbol}) ->
    Text = case erl_anno:text(Anno) of undefined -> ""; T -> T end,
    {Category, erl_anno:location(Anno), Symbol, Text}.

forms(File, Path) ->
    case epp:parse_file(File, [{includes, Path}, {location, {1, 1}}]) of
        {ok, Forms} -> sort_out(File, [F || F <- Forms, element(1, F) =/= warning]);
        Error -> Error
    end.

%% {ok, Forms, FirstError | none, MissingHeaders}; forms with plain locations, errors left out.
sort_out(File, All) ->
    Missing = [Name || {error, {_, epp, {include, _, Name}}} <- All],
    Errors = [E || {error, _} = E <- All, not is_missing(E)],
    GivenUp = [E || {error, {_, epp, cannot_parse}} = E <- Errors] =/= [],
    Forms = [normal(F) || F <- All, element(1, F) =/= error, element(1, F) =/= eof orelse not GivenUp],
    {ok, Forms, case Errors of [] -> none; [E | _] -> place(File, E, All) end, Missing}.

is_missing({error, {_, epp, {include, _, _}}}) -> true;
is_missing(_) -> false.

%% Annotations as locations only: epp marks generated -file attributes and keeps the text of some quoted atoms.
normal({error, _} = F) -> F;
normal(F) -> erl_parse:map_anno(fun erl_anno:location/1, F).

%% The file, line and message of an error. epp tells the file by -file attributes; those that the text itself holds, which
%% epp marks as generated, name another file than the one that is read.
place(File, {error, {Location, Module, Descriptor}} = Error, All) ->
    Before = lists:takewhile(fun(F) -> F =/= Error end, All),
    In = lists:foldl(fun({attribute, Anno, file, {Name, _}}, Last) ->
                             case erl_anno:generated(Anno) of true -> Last; false -> Name end;
                        (_, Last) -> Last
                     end, File, Before),
    {In, line(Location), message(Module, Descriptor)}.

message(Module, Descriptor) ->
    try lists:flatten(Module:format_error(Descriptor))
    catch _:_ -> Descriptor
    end.

line({Line, _}) -> Line;
line(Line) -> Line.

%% equal | rejected (by both, on the same line) | missing (headers: what epp understood is equal) | {unequal, Kind, Details}.
judge(_, _, {dumper_died, Status}) -> {unequal, dumper_died, Status};
judge(File, {crash, Crash}, _) -> {unequal, reader_failed, {File, Crash}};
judge(File, {Tokens, Forms}, {_, OurTokens, TokenErrors, OurForms, Errors, Missing}) ->
    case judge_tokens(Tokens, OurTokens, TokenErrors) of
        {unequal, _, _} = Unequal -> Unequal;
        _ -> judge_forms(File, Forms, OurForms, Errors, Missing)
    end.

judge_tokens(undecodable, _, _) -> equal;
judge_tokens({ok, Same}, Same, []) -> equal;
judge_tokens({ok, _}, _, [Error | _]) -> {unequal, tokens_rejected_by_us_alone, Error};
judge_tokens({ok, Theirs}, Ours, []) -> {unequal, tokens, smallest(Ours, Theirs)};
judge_tokens({rejected, Line}, _, []) -> {unequal, tokens_rejected_by_the_compiler_alone, Line};
judge_tokens({rejected, Line}, _, [{_, Line, _, _} | _]) -> rejected;
judge_tokens({rejected, Line}, _, [Ours | _]) -> {unequal, tokens_rejected_on_another_line, {Line, Ours}}.

judge_forms(_, {ok, Theirs, none, []}, Ours, [], _) ->
    case [normal(F) || F <- Ours] of
        Theirs -> equal;
        Normal -> {unequal, forms, smallest(Normal, Theirs)}
    end;
judge_forms(_, {ok, _, none, []}, _, [Error | _], _) -> {unequal, rejected_by_us_alone, Error};
judge_forms(_, {ok, Theirs, none, Missing}, Ours, _, Missing) -> understood(Theirs, Ours, missing);
%% Where a header is missing the compiler stumbles over what it would have brought, and we do not.
judge_forms(_, {ok, Theirs, _, [_ | _] = Missing}, Ours, _, Missing) -> understood(Theirs, Ours, missing);
judge_forms(_, {ok, _, _, [_ | _] = Missing}, _, _, Ours) -> {unequal, missing_headers, {Ours, Missing}};
judge_forms(_, {ok, _, {_, Line, Message}, []}, _, [], _) -> {unequal, rejected_by_the_compiler_alone, {Line, Message}};
judge_forms(_, {ok, Theirs, {In, Line, Message}, []}, Ours, Errors, _) ->
    case [E || {F, L, _, _} = E <- Errors, F =:= In, L =:= Line] of
        [_ | _] -> understood(Theirs, Ours, rejected);
        [] -> {unequal, rejected_on_another_line, {Line, Message, hd(Errors)}}
    end;
judge_forms(File, Error, _, _, _) -> {unequal, cannot_be_opened, {File, Error}}.

%% Every form that the compiler understood is ours, too, in its place.
understood(Theirs, Ours, Verdict) ->
    Normal = [normal(F) || F <- Ours],
    case in_order(Theirs, Normal) of
        true -> Verdict;
        false ->
            case Theirs -- Normal of
                [] -> {unequal, order_of_forms, {[], []}};
                Lost -> {unequal, forms_lost, smallest(Normal -- Theirs, Lost)}
            end
    end.

in_order([], _) -> true;
in_order([F | Theirs], [F | Ours]) -> in_order(Theirs, Ours);
in_order([_ | _] = Theirs, [_ | Ours]) -> in_order(Theirs, Ours);
in_order(_, []) -> false.

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

show(File, forms, {Ours, Theirs}) -> show(File, "forms differ", {Ours, Theirs});
show(File, Kind, {Ours, Theirs}) when Kind =:= tokens; Kind =:= forms_lost; is_list(Kind) ->
    io:format("~ts: ~ts~n  ours:   ~tP~n  theirs: ~tP~n", [File, words(Kind), Ours, 30, Theirs, 30]);
show(File, Kind, Details) -> io:format("~ts: ~ts: ~tP~n", [File, words(Kind), Details, 30]).

words(Kind) when is_atom(Kind) -> lists:map(fun($_) -> $\s; (C) -> C end, atom_to_list(Kind));
words(Kind) -> Kind.
