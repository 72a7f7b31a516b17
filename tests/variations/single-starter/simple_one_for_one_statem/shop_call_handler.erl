-module(shop_call_handler).
-behaviour(cowboy_websocket).
-export([init/2, websocket_handle/2, websocket_info/2]).

init(Req, State) -> {cowboy_websocket, Req, State}.

websocket_handle({text, <<"call ", To/binary>>}, State) ->
    {ok, Pid} = shop_call_sup:start_call(self(), binary_to_list(To)),
    {[], [Pid | State]}.

websocket_info(_, State) -> {[], State}.
