-module(depot_leader).
-export([is_leader/0]).

is_leader() -> not lists:any(fun(Node) -> Node < node() end, nodes()). % hazard
