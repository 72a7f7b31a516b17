%% Brings the binary into the user's cache, held to a checksum that stands in the settings or in this plugin.
-module(rebar3_beamwright_download).

-export([fetch/3, sha256/1]).

%% The file in the cache, downloaded unless it is there, and the checksum that it has.
-spec fetch(string(), string(), string() | any) -> {ok, file:filename(), string()} | {error, iolist()}.
fetch(BaseUrl, Version, Wanted) ->
    with_platform(fun(Platform) ->
        Name = "beamwright-" ++ Version ++ "-" ++ Platform,
        case pinned(Name, Wanted) of
            {ok, Sha256} ->
                Path = filename:join([filename:basedir(user_cache, "beamwright"), Sha256, "beamwright"]),
                case sha256(Path) of
                    Sha256 -> {ok, Path, Sha256};
                    _ -> download(string:trim(BaseUrl, trailing, "/") ++ "/" ++ Name, Path, Sha256)
                end;
            Error -> Error
        end
    end).

%% The SHA-256 of a file in hexadecimal digits; empty when it cannot be read.
-spec sha256(file:filename()) -> string().
sha256(Path) ->
    case file:read_file(Path) of
        {ok, Bytes} -> hex(Bytes);
        {error, _} -> ""
    end.

hex(Bytes) -> lists:flatten([io_lib:format("~2.16.0b", [Byte]) || <<Byte>> <= crypto:hash(sha256, Bytes)]).

%% Lines of sha256sum(1): "SHA256  beamwright-0.1.0-linux-x64".
pinned(Name, any) ->
    {ok, Text} = file:read_file(filename:join(code:priv_dir(rebar3_beamwright), "checksums.txt")),
    Lines = [string:lexemes(Line, " ") || Line <- string:lexemes(binary_to_list(Text), "\r\n")],
    case [Sha256 || [Sha256, Each] <- Lines, Each =:= Name, length(Sha256) =:= 64] of
        [Sha256 | _] -> {ok, Sha256};
        [] -> {error, ["this plugin pins no checksum of ", Name, ": set {sha256, \"...\"} of {beamwright, [...]} in rebar.config; ",
                       "nothing was downloaded"]}
    end;
pinned(_, Sha256) ->
    {ok, Sha256}.

with_platform(Then) ->
    Architecture = erlang:system_info(system_architecture),
    case {os:type(), Architecture} of
        {{unix, linux}, "x86_64" ++ _} -> Then("linux-x64");
        {{unix, linux}, "aarch64" ++ _} -> Then("linux-arm64");
        _ -> {error, ["there is no binary for ", Architecture, ": build one and name it in BEAMWRIGHT_PATH"]}
    end.

download(Url, Path, Sha256) ->
    case fetch_bytes(Url) of
        {ok, Bytes} ->
            case hex(Bytes) of
                Sha256 -> keep(Bytes, Path, Sha256);
                Other -> {error, [Url, " has the checksum ", Other, " and not ", Sha256, ": it was neither kept nor run"]}
            end;
        Error -> Error
    end.

%% Under another name until it is whole.
keep(Bytes, Path, Sha256) ->
    Part = Path ++ ".part-" ++ os:getpid(),
    Steps = [fun() -> filelib:ensure_dir(Path) end,
             fun() -> file:write_file(Part, Bytes) end,
             fun() -> file:change_mode(Part, 8#755) end,
             fun() -> file:rename(Part, Path) end],
    case lists:foldl(fun(Step, ok) -> Step(); (_, Error) -> Error end, ok, Steps) of
        ok -> {ok, Path, Sha256};
        {error, Reason} -> {error, [Path, " cannot be written: ", file:format_error(Reason)]}
    end.

fetch_bytes(Url) ->
    [{ok, _} = application:ensure_all_started(Application) || Application <- [inets, ssl]],
    Options = [{timeout, 120000}, {connect_timeout, 15000} | tls(Url)],
    case httpc:request(get, {Url, []}, Options, [{body_format, binary}]) of
        {ok, {{_, 200, _}, _, Bytes}} -> {ok, Bytes};
        {ok, {{_, Status, _}, _, _}} -> {error, io_lib:format("~ts answers with status ~b", [Url, Status])};
        {error, Reason} -> {error, io_lib:format("~ts cannot be downloaded: ~p", [Url, Reason])}
    end.

tls("https:" ++ _) ->
    Names = [{match_fun, public_key:pkix_verify_hostname_match_fun(https)}],
    [{ssl, [{verify, verify_peer}, {cacerts, public_key:cacerts_get()}, {depth, 5}, {customize_hostname_check, Names}]}];
tls(_) ->
    [].
