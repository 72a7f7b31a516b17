-module(shop_order_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req, State) ->
    Orders = shop_orders:of_user(cowboy_req:binding(user, Req)),
    {ok, cowboy_req:reply(200, #{}, jsx:encode(Orders), Req), State}.
