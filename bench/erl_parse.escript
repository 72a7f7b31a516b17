#!/usr/bin/env escript
%%! +S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none
%% Scans and parses every file named on standard input with OTP's own erl_scan and erl_parse, form by form, without
%% preprocessing: the question mark of a macro call is left out, so that nearly every form parses. Compiled, in one process.
%% The best of three rounds over all files: the runtime counts its processor time in milliseconds, too coarse for one file's best.
%% Prints bytes and nanoseconds. The peer of bench_stages.
-mode(compile).

main(_) ->
    Files = names(),
    Rounds = [files(Files, 0, 0) || _ <- [1, 2, 3]],
    {Bytes, Spent} = lists:min(Rounds),
    io:format("~b ~b~n", [Bytes, Spent * 1000000]).

names() ->
    case io:get_line("") of
        eof -> [];
        Line -> [string:trim(Line) | names()]
    end.

files([], Bytes, Spent) -> {Bytes, Spent};
files([File | Files], Bytes, Spent) ->
    {ok, Binary} = file:read_file(File),
    Text = case unicode:characters_to_list(Binary) of
               List when is_list(List) -> List;
               _ -> binary_to_list(Binary)
           end,
    erlang:garbage_collect(),
    {Start, _} = erlang:statistics(runtime),
    parse(Text, {1, 1}),
    {End, _} = erlang:statistics(runtime),
    files(Files, Bytes + byte_size(Binary), Spent + End - Start).

parse(Text, Place) ->
    case erl_scan:tokens([], Text, Place) of
        {done, {ok, Tokens, Next}, Rest} ->
            _ = erl_parse:parse_form([Token || Token <- Tokens, element(1, Token) =/= '?']),
            parse(Rest, Next);
        {done, {eof, _}, _} -> ok;
        {done, {error, _, Next}, Rest} when is_list(Rest) -> parse(Rest, Next);
        {done, _, _} -> ok;
        {more, _} -> ok
    end.
