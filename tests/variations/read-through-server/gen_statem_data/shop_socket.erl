-module(shop_socket).
-behaviour(cowboy_websocket).
-export([init/2, websocket_handle/2, websocket_info/2]).

init(Req, State) -> {cowboy_websocket, Req, State}.

websocket_handle({text, Text}, State) ->
    case shop_features:is_on(chat) of
        true -> {[{text, Text}], State};
        false -> {[], State}
    end;
websocket_handle(_, State) -> {[], State}.

websocket_info(_, State) -> {[], State}.
