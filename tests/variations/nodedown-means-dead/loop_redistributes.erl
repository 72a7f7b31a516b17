-module(depot_balance).
-export([start/0, init/0]).

start() -> spawn(?MODULE, init, []).

init() ->
    register(?MODULE, self()),
    net_kernel:monitor_nodes(true),
    loop(#{}).

loop(Owners) ->
    receive
        {nodeup, _} ->
            loop(Owners);
        {own, Queue, Node} ->
            loop(Owners#{Queue => Node});
        {nodedown, Node} ->
            Lost = [Queue || {Queue, N} <- maps:to_list(Owners), N =:= Node],
            lists:foreach(fun(Queue) -> depot_queue:start(Queue) end, Lost), % hazard
            loop(maps:without(Lost, Owners))
    end.
