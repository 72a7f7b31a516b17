-module(depot_mesh).
-export([start/1, init/1]).

start(Nodes) -> spawn_link(?MODULE, init, [Nodes]).

init(Nodes) ->
    register(?MODULE, self()),
    net_kernel:monitor_nodes(true),
    loop(Nodes).

loop(Nodes) ->
    receive
        {nodedown, Node} -> loop(lists:delete(Node, Nodes)); % hazard
        {nodeup, Node} -> loop([Node | Nodes])
    after 5000 ->
        lists:foreach(fun net_kernel:connect_node/1, Nodes),
        loop(Nodes)
    end.
