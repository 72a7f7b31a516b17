-module(depot_buy).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req, State) ->
    #{item := Item, buyer := Buyer} = cowboy_req:match_qs([item, buyer], Req),
    depot_events:sold(Item, Buyer),
    {ok, cowboy_req:reply(204, Req), State}.
