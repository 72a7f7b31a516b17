-module(depot_mirror).
-export([publish/2]).

publish(Node, Item) ->
    erpc:cast(Node, depot_store, put, [Item]),
    erpc:call(Node, depot_store, publish, [Item], 5000). % hazard
