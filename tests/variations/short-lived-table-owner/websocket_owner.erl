-module(depot_socket).
-behaviour(cowboy_websocket).
-export([init/2, websocket_init/1, websocket_handle/2, websocket_info/2, present/1]).

init(Req, State) -> {cowboy_websocket, Req, State}.

websocket_init(State) ->
    case ets:info(depot_present) of
        undefined -> ets:new(depot_present, [named_table, public]); % hazard
        _ -> ok
    end,
    ets:insert(depot_present, {self(), State}),
    {ok, State}.

websocket_handle(_, State) -> {ok, State}.

websocket_info(_, State) ->
    ets:delete(depot_present, self()),
    {ok, State}.

present(Pid) -> ets:lookup(depot_present, Pid).
