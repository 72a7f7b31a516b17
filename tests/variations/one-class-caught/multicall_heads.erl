-module(depot_sums).
-export([total/1]).

total(Nodes) ->
    total(erpc:multicall(Nodes, depot_stock, total, [], 2000), 0). % hazard

total([{ok, N} | Rest], Sum) -> total(Rest, Sum + N);
total([{error, {erpc, _}} | Rest], Sum) -> total(Rest, Sum);
total([], Sum) -> Sum.
