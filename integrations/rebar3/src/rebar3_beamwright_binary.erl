%% Finds the beamwright binary and runs it. Nothing is executed before its bytes are what they must be, nothing is downloaded unless
%% the settings say from where.
-module(rebar3_beamwright_binary).

-export([find/1, run/2]).


%% The binary by the settings {beamwright, Settings} of rebar.config, or a sentence that says what is wrong and what to do.
-spec find(proplists:proplist()) -> {ok, file:filename()} | {error, iolist()}.
find(Settings) ->
    Version = proplists:get_value(version, Settings, own_version()),
    Sha256 = proplists:get_value(sha256, Settings, any),
    Named = [{os:getenv("BEAMWRIGHT_PATH", ""), "BEAMWRIGHT_PATH"}, {proplists:get_value(path, Settings, ""), "path in rebar.config"}],
    case {[Each || {Path, _} = Each <- Named, Path =/= ""], os:find_executable("beamwright")} of
        {[{Path, Origin} | _], _} -> check(filename:absname(Path), Origin, Version, Sha256);
        {[], false} -> download(Settings, Version);
        {[], Path} ->
            %% A binary of another version on the PATH is no fault where the right one can be had.
            case {check(Path, "PATH", Version, Sha256), proplists:is_defined(base_url, Settings)} of
                {{error, _}, true} -> download(Settings, Version);
                {Result, _} -> Result
            end
    end.

%% Runs it with the terminal of rebar3 as its own. Gives its exit code.
-spec run(file:filename(), [string()]) -> non_neg_integer().
run(Path, Words) ->
    %% Without pipes of the VM the program writes to the terminal itself, and sees that it is one.
    Port = open_port({spawn_executable, Path}, [nouse_stdio, exit_status, {args, Words}]),
    receive {Port, {exit_status, Code}} -> Code end.

own_version() ->
    _ = application:load(rebar3_beamwright),
    {ok, Version} = application:get_key(rebar3_beamwright, vsn),
    Version.

download(Settings, Version) ->
    case proplists:get_value(base_url, Settings, "") of
        "" ->
            {error, ["there is no beamwright: put version ", Version, " on the PATH, or name it in BEAMWRIGHT_PATH or {path, \"...\"} of ",
                     "{beamwright, [...]} in rebar.config, or say there with {base_url, \"...\"} where it can be downloaded"]};
        BaseUrl ->
            case rebar3_beamwright_download:fetch(BaseUrl, Version, proplists:get_value(sha256, Settings, any)) of
                {ok, Path, Sha256} -> check(Path, BaseUrl, Version, Sha256);
                Error -> Error
            end
    end.

check(Path, Origin, Version, Sha256) ->
    case filelib:is_regular(Path) of
        false -> {error, [Path, " (", Origin, ") is no file"]};
        true ->
            case Sha256 =:= any orelse rebar3_beamwright_download:sha256(Path) of
                true -> check_version(Path, Origin, Version);
                Sha256 -> check_version(Path, Origin, Version);
                Other -> {error, [Path, " (", Origin, ") has the checksum ", Other, " and not ", Sha256, ": it was not run"]}
            end
    end.

check_version(Path, Origin, Version) ->
    case string:trim(answer(Path)) of
        "beamwright " ++ Version -> {ok, Path};
        "beamwright " ++ Other -> {error, [Path, " (", Origin, ") is version ", Other, " and not ", Version, ": it was not run"]};
        _ -> {error, [Path, " (", Origin, ") is not beamwright: it does not say its version"]}
    end.

answer(Path) ->
    try open_port({spawn_executable, Path}, [exit_status, stderr_to_stdout, {args, ["--version"]}]) of
        Port -> collect(Port, [])
    catch
        error:_ -> ""
    end.

collect(Port, Said) ->
    receive
        {Port, {data, Data}} -> collect(Port, [Said, Data]);
        {Port, {exit_status, 0}} -> lists:flatten(Said);
        {Port, {exit_status, _}} -> ""
    end.
