#!/usr/bin/env escript
%%! +S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none
%% Reads every file named on standard input with OTP's own epp, as the compiler does: scanned, preprocessed with its headers, parsed.
%% The headers are looked for beside the file and in its application's include, src and root. Compiled, in one process. Prints bytes
%% and nanoseconds of the runtime's processor time, which it counts in milliseconds; reading files is in it, for epp reads them itself.
-mode(compile).

main(_) ->
    {Bytes, Spent} = files(0, 0),
    io:format("~b ~b~n", [Bytes, Spent * 1000000]).

files(Bytes, Spent) ->
    case io:get_line("") of
        eof -> {Bytes, Spent};
        Line ->
            File = string:trim(Line),
            Folder = filename:dirname(File),
            Application = filename:dirname(Folder),
            Includes = [Folder, filename:join(Application, "include"), filename:join(Application, "src"), Application],
            erlang:garbage_collect(),
            {Start, _} = erlang:statistics(runtime),
            _ = epp:parse_file(File, [{includes, Includes}, {location, {1, 1}}]),
            {End, _} = erlang:statistics(runtime),
            files(Bytes + filelib:file_size(File), Spent + End - Start)
    end.
