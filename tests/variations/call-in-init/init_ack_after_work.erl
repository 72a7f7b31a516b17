-module(depot_listener).
-export([start_link/1, init/2]).

start_link(Options) ->
    proc_lib:start_link(?MODULE, init, [self(), Options]).

init(Parent, Options) ->
    Peers = discover(Options),
    proc_lib:init_ack(Parent, {ok, self()}),
    loop(Peers).

discover(Options) ->
    Url = proplists:get_value(discovery_url, Options),
    case httpc:request(get, {Url, []}, [], []) of % hazard BW409 BW406
        {ok, {_, _, Body}} -> string:lexemes(Body, "\n");
        {error, _} -> []
    end.

loop(Peers) ->
    receive
        {peers, From} -> From ! {peers, Peers}, loop(Peers);
        stop -> ok
    end.
