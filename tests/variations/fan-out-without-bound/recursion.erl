-module(depot_sync).
-export([sync_all/1]).

sync_all(Items) ->
    start_each(Items, []).

start_each([], Pids) ->
    Pids;
start_each([Item | Rest], Pids) ->
    Pid = spawn_link(fun() -> depot_remote:push(Item) end), % hazard
    start_each(Rest, [Pid | Pids]).
