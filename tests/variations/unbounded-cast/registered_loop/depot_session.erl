-module(depot_session).
-behaviour(cowboy_websocket).
-export([init/2, websocket_handle/2, websocket_info/2]).

init(Req, State) -> {cowboy_websocket, Req, State}.

websocket_handle({text, Text}, State) ->
    depot_audit:note(maps:get(user, State), Text),
    {ok, State}.

websocket_info(_, State) -> {ok, State}.
