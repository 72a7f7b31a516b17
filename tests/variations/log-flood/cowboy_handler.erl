-module(depot_api).
-behaviour(cowboy_handler).
-export([init/2]).
-include_lib("kernel/include/logger.hrl").

init(Req, State) ->
    {Peer, _} = cowboy_req:peer(Req),
    {ok, allowed(depot_throttle:check(Peer), Peer, Req), State}.

allowed({ok, _Left}, _Peer, Req) ->
    cowboy_req:reply(200, Req);
allowed({limit_exceeded, Until}, Peer, Req) ->
    ?LOG_ERROR("rate limit of ~p exceeded until ~p", [Peer, Until]), % hazard
    cowboy_req:reply(429, Req).
