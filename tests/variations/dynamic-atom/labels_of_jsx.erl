-module(depot_ws).
-behaviour(cowboy_websocket).
-export([init/2, websocket_handle/2, websocket_info/2]).

init(Req, State) -> {cowboy_websocket, Req, State}.

websocket_handle({text, Text}, State) ->
    Event = jsx:decode(Text, [return_maps, {labels, atom}]), % hazard
    {reply, depot_events:handle(Event), State};
websocket_handle(_, State) ->
    {ok, State}.

websocket_info(_, State) -> {ok, State}.
