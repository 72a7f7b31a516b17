-module(depot_remote).
-export([stock/2]).

stock(Node, Item) ->
    case rpc:call(Node, depot_stock, count, [Item], 1000) of
        {badrpc, timeout} ->
            stock(Node, Item); % hazard
        {badrpc, Reason} ->
            {error, Reason};
        Count ->
            {ok, Count}
    end.
