-module(depot_prices).
-export([change/2]).

change(Sku, Price) ->
    ok = depot_store:write(Sku, Price),
    catch rpc:multicall([node() | nodes()], depot_cache, forget, [Sku], 3000), % hazard
    ok.
