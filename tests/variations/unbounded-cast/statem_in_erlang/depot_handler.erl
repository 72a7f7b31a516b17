-module(depot_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req0, State) ->
    {ok, Body, Req} = cowboy_req:read_body(Req0),
    depot_notify:push(Body),
    {ok, cowboy_req:reply(202, Req), State}.
