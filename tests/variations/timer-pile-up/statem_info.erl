-module(depot_heart).
-behaviour(gen_statem).
-export([start_link/1, callback_mode/0, init/1, up/3]).

start_link(Peer) -> gen_statem:start_link(?MODULE, Peer, []).

callback_mode() -> state_functions.

init(Peer) ->
    {ok, TRef} = timer:send_interval(1000, self(), beat),
    {ok, up, #{peer => Peer, timer => TRef}}.

up(info, beat, #{peer := Peer}) -> % hazard
    pong = gen_server:call(Peer, ping, infinity),
    keep_state_and_data;
up({call, From}, peer, #{peer := Peer}) ->
    {keep_state_and_data, [{reply, From, Peer}]}.
