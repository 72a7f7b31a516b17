-module(shop_feed_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req0, State) ->
    {ok, Body, Req} = cowboy_req:read_body(Req0),
    case shop_xml:parse(binary_to_list(Body)) of
        {error, timeout} -> {ok, cowboy_req:reply(503, Req), State};
        _ -> {ok, cowboy_req:reply(200, Req), State}
    end.
