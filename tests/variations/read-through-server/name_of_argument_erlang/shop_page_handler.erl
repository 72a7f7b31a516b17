-module(shop_page_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req, State) ->
    Title = shop_host_options:option(cowboy_req:host(Req), title),
    {ok, cowboy_req:reply(200, #{}, Title, Req), State}.
