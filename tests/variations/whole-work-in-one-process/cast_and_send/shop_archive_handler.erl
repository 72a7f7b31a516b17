-module(shop_archive_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req0, State) ->
    {ok, Body, Req} = cowboy_req:read_body(Req0),
    {ok, Packed} = shop_packer:pack([{"body", Body}]),
    {ok, cowboy_req:reply(200, #{}, Packed, Req), State}.
