-module(shop_name_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req, State) ->
    Status = case shop_names:whois(cowboy_req:path(Req)) of
        {ok, _} -> 200;
        {error, _} -> 404
    end,
    {ok, cowboy_req:reply(Status, Req), State}.
