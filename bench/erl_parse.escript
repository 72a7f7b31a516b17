#!/usr/bin/env escript
%%! +S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none
%% Scans and parses every file named on standard input with OTP's own erl_scan and erl_parse, form by form, without
%% preprocessing: the question mark of a macro call is left out, so that nearly every form parses. Compiled, in one process.
%% Prints bytes and nanoseconds of the runtime's processor time, which it counts in milliseconds. The peer of bench_stages.
-mode(compile).

main(_) ->
    {Bytes, Spent} = files(0, 0),
    io:format("~b ~b~n", [Bytes, Spent * 1000000]).

files(Bytes, Spent) ->
    case io:get_line("") of
        eof -> {Bytes, Spent};
        Line ->
            {ok, Binary} = file:read_file(string:trim(Line)),
            Text = case unicode:characters_to_list(Binary) of
                       List when is_list(List) -> List;
                       _ -> binary_to_list(Binary)
                   end,
            erlang:garbage_collect(),
            {Start, _} = erlang:statistics(runtime),
            parse(Text, {1, 1}),
            {End, _} = erlang:statistics(runtime),
            files(Bytes + byte_size(Binary), Spent + End - Start)
    end.

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
