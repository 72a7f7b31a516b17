-module(depot_join).
-export([join/1]).

join(Host) ->
    Node = list_to_atom("depot@" ++ Host),
    true = erlang:set_cookie(Node, list_to_atom("d3p0t")), % hazard
    net_kernel:connect_node(Node).
