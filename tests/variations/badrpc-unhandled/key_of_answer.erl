-module(depot_health).
-export([load/1, sizes/1]).

load(Node) ->
    Stats = rpc:call(Node, depot_stats, all, [], 2000), % hazard
    maps:get(load, Stats).

sizes(Node) ->
    length(rpc:call(Node, depot_queue, items, [], 2000)). % hazard
