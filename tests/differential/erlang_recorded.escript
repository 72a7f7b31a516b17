#!/usr/bin/env escript
%% -*- erlang -*-
%%! -noinput
%% What an OTP release makes of the texts of erlang_syntax/constructs.txt (each behind a line of "%%% title"), tokens and forms:
%%
%%   escript erlang_recorded.escript record CONSTRUCTS > otp_27.terms   with that release's own escript
%%   escript erlang_recorded.escript check DUMPER LEVEL CONSTRUCTS TERMS
%%
%% The second compares the recorded terms with what the program erlang_dump reads at a level; any release may run it.
-mode(compile).

main(["record", Constructs]) ->
    load(),
    {ok, _} = application:ensure_all_started(stdlib),
    Here = enter(Constructs),
    io:setopts([{encoding, unicode}]),
    io:format("%% Recorded from OTP ~ts by `escript erlang_recorded.escript record ~ts`.~n",
              [release(), filename:basename(Constructs)]),
    [begin
         ok = file:write_file("construct.erl", Text),
         io:format("~0tp.~n", [{Title, erlang_reading:theirs("construct.erl", [])}])
     end || {Title, Text} <- texts(Here)],
    ok = file:delete("construct.erl");
main(["check", Dumper, Level, Constructs, Terms]) ->
    load(),
    {ok, Recorded} = file:consult(Terms),
    Program = filename:absname(Dumper),
    Here = enter(Constructs),
    Port = erlang_reading:start(Program, Level),
    Texts = texts(Here),
    [T || {T, _} <- Texts] =:= [T || {T, _} <- Recorded] orelse stop("the titles differ: record again"),
    Unequal = [Title || {{Title, Text}, {Title, Theirs}} <- lists:zip(Texts, Recorded), not same(Port, Title, Text, Theirs)],
    io:format("~b of ~b constructs read as OTP ~ts reads them~n", [length(Texts) - length(Unequal), length(Texts), Level]),
    halt(case Unequal of [] -> 0; _ -> 1 end);
main(_) -> stop("usage: erlang_recorded.escript record CONSTRUCTS | check DUMPER LEVEL CONSTRUCTS TERMS").

same(Port, Title, Text, Theirs) ->
    case erlang_reading:judge("construct.erl", Theirs, erlang_reading:ours(Port, "construct.erl", [], Text)) of
        {unequal, Kind, Details} ->
            erlang_reading:show(Title, Kind, Details),
            false;
        _ -> true
    end.

stop(Message) ->
    io:format("~ts~n", [Message]),
    halt(2).

load() ->
    Path = filename:join(filename:dirname(escript:script_name()), "erlang_reading"),
    {ok, Module, Code} = compile:file(Path, [binary]),
    {module, Module} = code:load_binary(Module, Path, Code).

release() ->
    {ok, Version} = file:read_file(filename:join([code:root_dir(), "releases", erlang:system_info(otp_release), "OTP_VERSION"])),
    string:trim(Version).

%% The texts may name files that stand beside them.
enter(Constructs) ->
    ok = file:set_cwd(filename:dirname(Constructs)),
    filename:basename(Constructs).

texts(Constructs) ->
    {ok, All} = file:read_file(Constructs),
    [<<>> | Parts] = re:split(All, "^%%% ", [multiline]),
    [{unicode:characters_to_list(Title), Text} || Part <- Parts, [Title, Text] <- [binary:split(Part, <<"\n">>)]].
