-module(depot_join).
-export([join/1]).

join(Nodes) ->
    ok = application:set_env(mnesia, extra_db_nodes, Nodes), % hazard
    ok = mnesia:start(),
    mnesia:wait_for_tables([sessions], 5000).
