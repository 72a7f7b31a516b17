-module(depot_nodes).
-export([start/0, init/0]).
-record(state, {up = []}).

start() -> register(?MODULE, spawn(?MODULE, init, [])).

init() ->
    ok = net_kernel:monitor_nodes(true),
    loop(#state{up = nodes()}).

loop(#state{up = Up} = State) ->
    receive % hazard
        {nodeup, Node} -> loop(State#state{up = [Node | Up]});
        {list, From} ->
            From ! {nodes, Up},
            loop(State)
    end.
