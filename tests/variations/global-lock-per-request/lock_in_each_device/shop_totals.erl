-module(shop_totals).
-export([add/1]).

add(Change) ->
    Total = persistent_term:get(shop_total, 0),
    ets:insert(shop_totals, {total, Total + Change}).
