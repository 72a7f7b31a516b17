-module(peer_link).
-behaviour(gen_statem).
-export([start_link/1, init/1, callback_mode/0, up/3]).

start_link(Peer) -> gen_statem:start_link(?MODULE, Peer, []).

callback_mode() -> state_functions.

init(Peer) ->
    Ref = erlang:monitor(process, Peer),
    ok = net_kernel:monitor_nodes(true),
    {ok, up, {Peer, Ref}}.

up(cast, {send, Data}, {Peer, _}) -> % hazard
    Peer ! {data, Data},
    keep_state_and_data;
up(info, {nodedown, _Node}, Data) ->
    {stop, nodedown, Data};
up(info, {'DOWN', Ref, process, _, Reason}, {_, Ref} = Data) ->
    {stop, Reason, Data}.
