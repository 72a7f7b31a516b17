-module(depot_on).
-export([restart/1, on/2]).

restart(Node) ->
    on(Node, fun() -> depot_app:restart() end). % hazard

on(Node, Fun) ->
    {Pid, Ref} = spawn_monitor_on(Node, Fun),
    receive
        {'DOWN', Ref, process, Pid, Reason} -> Reason
    after 5000 -> timeout
    end.

spawn_monitor_on(Node, Fun) ->
    Pid = spawn(Node, Fun),
    {Pid, erlang:monitor(process, Pid)}.
