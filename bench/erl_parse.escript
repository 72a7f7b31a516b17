#!/usr/bin/env escript
%%! +S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none
%% Scans and parses every file named on standard input with OTP's own erl_scan and erl_parse, form by form, without
%% preprocessing: the question mark of a macro call is left out, so that nearly every form parses. Compiled, in one process.
%% The best of three rounds over all files: the runtime counts its processor time in milliseconds, too coarse for one file's best.
%% Reading files and decoding their bytes into lists, which erl_scan wants, is not counted. Prints bytes, nanoseconds and the
%% number of forms that erl_parse accepts. The peer of bench_stages' scan-parse, which does the same to the same forms.
-mode(compile).

main(_) ->
    Files = names(),
    Rounds = [files(Files, 0, 0, 0) || _ <- [1, 2, 3]],
    {Spent, Bytes, Accepted} = lists:min(Rounds),
    io:format("~b ~b ~b~n", [Bytes, Spent * 1000000, Accepted]).

names() ->
    case io:get_line("") of
        eof -> [];
        Line -> [string:trim(Line) | names()]
    end.

files([], Bytes, Spent, Accepted) -> {Spent, Bytes, Accepted};
files([File | Files], Bytes, Spent, Accepted) ->
    {ok, Binary} = file:read_file(File),
    Text = case unicode:characters_to_list(Binary) of
               List when is_list(List) -> List;
               _ -> binary_to_list(Binary)
           end,
    erlang:garbage_collect(),
    {Start, _} = erlang:statistics(runtime),
    Forms = parse(Text, {1, 1}, 0),
    {End, _} = erlang:statistics(runtime),
    files(Files, Bytes + byte_size(Binary), Spent + End - Start, Accepted + Forms).

parse(Text, Place, Accepted) ->
    case erl_scan:tokens([], Text, Place) of
        {done, {ok, Tokens, Next}, Rest} ->
            case erl_parse:parse_form([Token || Token <- Tokens, element(1, Token) =/= '?']) of
                {ok, _} -> parse(Rest, Next, Accepted + 1);
                _ -> parse(Rest, Next, Accepted)
            end;
        {done, {eof, _}, _} -> Accepted;
        {done, {error, _, Next}, Rest} when is_list(Rest) -> parse(Rest, Next, Accepted);
        {done, _, _} -> Accepted;
        {more, _} -> Accepted
    end.
