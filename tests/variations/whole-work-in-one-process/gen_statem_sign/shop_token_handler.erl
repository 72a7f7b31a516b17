-module(shop_token_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req0, State) ->
    {ok, Body, Req} = cowboy_req:read_body(Req0),
    {ok, cowboy_req:reply(200, #{}, shop_signer:sign(Body), Req), State}.
