-module(shop_api_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req, State) ->
    shop_metrics:increment({requests, cowboy_req:method(Req)}),
    {ok, cowboy_req:reply(204, Req), State}.
