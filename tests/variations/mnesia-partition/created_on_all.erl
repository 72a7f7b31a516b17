-module(depot_tables).
-export([create/0]).

create() ->
    Nodes = [node() | nodes()],
    {atomic, ok} = mnesia:create_table(sessions, [{ram_copies, Nodes}, {attributes, [id, user]}]). % hazard
