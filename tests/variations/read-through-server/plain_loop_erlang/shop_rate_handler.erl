-module(shop_rate_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req0, State) ->
    Rate = shop_rates:rate(cowboy_req:binding(currency, Req0)),
    Req = cowboy_req:reply(200, #{}, float_to_binary(Rate), Req0),
    {ok, Req, State}.
