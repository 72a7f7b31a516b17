-module(depot_install).
-export([start/2, stop/1]).
-behaviour(application).

start(_Type, _Args) ->
    Nodes = application:get_env(depot, nodes, [node()]),
    _ = mnesia:create_schema(Nodes), % hazard
    ok = mnesia:start(),
    _ = mnesia:create_table(accounts, [{disc_copies, Nodes}, {attributes, [id, balance]}]),
    depot_sup:start_link().

stop(_) -> ok.
