-module(shop_price_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req, State) ->
    Item = cowboy_req:binding(item, Req),
    case shop_prices:price(Item) of
        {ok, Price} -> {ok, cowboy_req:reply(200, #{}, integer_to_binary(Price), Req), State};
        error -> {ok, cowboy_req:reply(404, Req), State}
    end.
