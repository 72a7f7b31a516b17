-module(shop_forward_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req0, State) ->
    {ok, Body, Req} = cowboy_req:read_body(Req0),
    {ok, Link} = supervisor:start_child(shop_link_sup, [cowboy_req:host(Req)]), % hazard
    Link ! {send, Body},
    {ok, cowboy_req:reply(202, Req), State}.
