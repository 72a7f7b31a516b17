-module(depot_remote_map).
-export([prices/2]).

prices(Node, Skus) ->
    Factor = depot_rates:factor(),
    rpc:call(Node, lists, map, [fun(Sku) -> depot_prices:price_of(Sku) * Factor end, Skus], 5000). % hazard
