-module(shop_table_socket).
-behaviour(cowboy_websocket).
-export([init/2, websocket_handle/2, websocket_info/2]).

init(Req, _) -> {cowboy_websocket, Req, cowboy_req:binding(table, Req)}.

websocket_handle({text, Card}, Id) ->
    {ok, Table} = shop_table_sup:get_table(Id),
    ok = gen_server:call(Table, {play, Card}),
    {[], Id};
websocket_handle(_, Id) -> {[], Id}.

websocket_info(_, Id) -> {[], Id}.
