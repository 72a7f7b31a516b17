%% The provider `beamwright`: runs the binary with the words that follow.
-module(rebar3_beamwright).
-behaviour(provider).

-export([init/1, do/1, format_error/1]).

-spec init(rebar_state:t()) -> {ok, rebar_state:t()}.
init(State) ->
    Provider = providers:create([
        {name, beamwright},
        {module, ?MODULE},
        {bare, true},
        {deps, []},
        {example, "rebar3 beamwright -- check --since main"},
        {opts, []},
        {short_desc, "Reviews the project with Beamwright"},
        {desc, "Runs the beamwright binary with the words that follow; options stand behind --, for rebar3 takes those before it.\n"
               "Without words: beamwright check, or the args of {beamwright, [...]} in rebar.config.\n"
               "The binary: BEAMWRIGHT_PATH, {path, \"...\"}, PATH, or a download from {base_url, \"...\"}; README.md has all settings."}
    ]),
    {ok, rebar_state:add_provider(State, Provider)}.

-spec do(rebar_state:t()) -> {ok, rebar_state:t()} | {error, string()}.
do(State) ->
    Settings = rebar_state:get(State, beamwright, []),
    Words = case [Word || Word <- rebar_state:command_args(State), Word =/= "--"] of
        [] -> proplists:get_value(args, Settings, ["check"]);
        Given -> Given
    end,
    case rebar3_beamwright_binary:find(Settings) of
        {ok, Path} ->
            %% The exit code of the binary is that of rebar3.
            case rebar3_beamwright_binary:run(Path, Words) of
                0 -> {ok, State};
                Code -> halt(Code)
            end;
        {error, Message} ->
            io:format(standard_error, "rebar3 beamwright: ~ts~n", [Message]),
            halt(2)
    end.

-spec format_error(term()) -> iolist().
format_error(Reason) -> io_lib:format("~p", [Reason]).
